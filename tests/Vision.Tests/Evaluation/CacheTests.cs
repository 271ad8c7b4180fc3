using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests.Evaluation;

public sealed class CacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("accuracy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private List<EvaluationPicture> Pictures()
    {
        var people = Path.Combine(_folder, "people");
        foreach (var (person, file) in ((string, string)[])[("cage", "cage.jpg"), ("cage", "cage2_crop.jpg"), ("audrey", "audrey.jpg")])
        {
            Directory.CreateDirectory(Path.Combine(people, person));
            File.Copy(Installed.Clm(file), Path.Combine(people, person, file), overwrite: true);
        }

        File.WriteAllBytes(Path.Combine(people, "audrey", "cut.jpg"), File.ReadAllBytes(Installed.Clm("audrey.jpg"))[..2000]);
        File.WriteAllText(Path.Combine(people, "audrey", "notes.txt"), "not a picture");
        var read = PictureFolder.Read(people);
        read.Unused.ShouldHaveSingleItem().ShouldEndWith("notes.txt");
        return [.. read.Pictures];
    }

    private (int Anew, List<EvaluationPicture> Pictures) Embed()
    {
        var pictures = Pictures();
        var anew = 0;
        using var cache = EmbeddingCache.Open(_folder, Installed.Pack.Manifest);
        PictureEmbedder.Embed(Installed.Pack, pictures, cache, 1, (_, own) => anew += own ? 1 : 0, TestContext.Current.CancellationToken);
        return (anew, pictures);
    }

    [Fact]
    public void A_second_run_embeds_nothing_and_a_torn_record_only_itself()
    {
        var (anew, first) = Embed();
        anew.ShouldBe(3);
        first.Single(p => p.Outcome == PictureOutcome.Unreadable).Reason.ShouldNotBeNullOrEmpty();
        var (again, second) = Embed();
        again.ShouldBe(0);
        second.Select(p => p.Quality).ShouldBe(first.Select(p => p.Quality));
        second.Where(p => p.HasFace).Select(p => p.Embedding![7]).ShouldBe(first.Where(p => p.HasFace).Select(p => p.Embedding![7]));

        var file = Directory.GetFiles(_folder, "*.embeddings").ShouldHaveSingleItem();
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        using (var stream = File.Open(file, FileMode.Open))
        {
            stream.SetLength(stream.Length - 100);
        }

        Embed().Anew.ShouldBe(1);
    }

    [Fact]
    public void Calibration_and_words_leave_the_cache_as_it_is_and_another_model_does_not()
    {
        var manifest = Installed.Pack.Manifest;
        string Name(PackManifest m)
        {
            using var cache = EmbeddingCache.Open(_folder, m);
            return cache.Path;
        }

        var name = Name(manifest);
        Name(manifest with { Calibration = null, Description = "other words" }).ShouldBe(name);
        Name(manifest with { Files = [.. manifest.Files.Select(f => f with { Sha256 = new string('0', 64) })] }).ShouldNotBe(name);
    }
}
