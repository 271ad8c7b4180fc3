using System.Runtime.InteropServices;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Match.Rows;

namespace Devices.Edge.Vision.Tests.Match;

/// <summary>The floats of a large gallery: in a file that has no name and that nobody can read.</summary>
public sealed class SealedRowsTests : IDisposable
{
    private const int Size = 512;
    private readonly string _directory = Directory.CreateTempSubdirectory("gallery-").FullName;
    private readonly Random _random = new(51);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private FaceGallery OnDisk(string? directory = null) => new(Vectors.Pack, Size, new GalleryOptions { FloatsInMemory = 0, WorkingDirectory = directory ?? _directory });

    // This process's open file in the directory, by way of the kernel, since it has no name any more.
    private string OpenFile() => Directory.EnumerateFiles("/proc/self/fd").Single(f => Target(f)?.StartsWith(_directory, StringComparison.Ordinal) ?? false);

    // Null for one that another test, side by side with this one, has closed meanwhile.
    private static string? Target(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, false)?.FullName;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    [Fact]
    public void The_working_file_has_no_name_and_holds_no_template_in_readable_form()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks at the open file through /proc, which only Linux has.");
        using var gallery = OnDisk();
        var templates = Enumerable.Range(0, 20).Select(i => Vectors.Template($"p{i}", Vectors.Unit(_random, Size))).ToArray();
        foreach (var template in templates)
        {
            gallery.Add(template).ShouldBeNull();
        }

        Directory.EnumerateFileSystemEntries(_directory).ShouldBeEmpty();
        gallery.Status.SealedBytes.ShouldBe(1024 * Size * 4);
#pragma warning disable CA1416 // Linux, as said above.
        File.GetUnixFileMode(OpenFile()).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(OpenFile());
        bytes.Length.ShouldBe(1024 * Size * 4);
        for (var row = 0; row < templates.Length; row++)
        {
            bytes.Slice(row * Size * 4, Size * 4).ContainsAnyExcept((byte)0).ShouldBeTrue();
            var plain = MemoryMarshal.AsBytes(templates[row].Vector.Span);
            for (var at = 0; at < plain.Length; at += 64)
            {
                bytes.IndexOf(plain.Slice(at, 8)).ShouldBe(-1);
            }
        }

        gallery.Export().Select(t => (t.Id, t.Person)).ShouldBe(templates.Select(t => (t.Id, t.Person)));
        gallery.Export()[7].Vector.ToArray().ShouldBe(templates[7].Vector.ToArray());
    }

    [Fact]
    public void A_changed_working_file_is_a_fault_with_a_sentence_never_a_wrong_score()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Changes the open file through /proc, which only Linux has.");
        using var gallery = OnDisk();
        var ann = Vectors.Unit(_random, Size);
        gallery.Add(Vectors.Template("ann", ann));
        using (var file = new FileStream(OpenFile(), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            file.Position = 100;
            var one = (byte)(file.ReadByte() ^ 1);
            file.Position = 100;
            file.WriteByte(one);
        }

        Should.Throw<GalleryStorageException>(() => gallery.Match(ann)).Message.ShouldContain("not what was written");

        // The search that failed left nothing behind that would hold up a writer or the next search.
        gallery.Remove("ann").ShouldBe(1);
        gallery.Match(ann).Best.ShouldBe(Candidate.None);
    }

    [Fact]
    public void A_working_file_cut_short_is_a_fault_with_a_sentence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Cuts the open file through /proc, which only Linux has.");
        using var gallery = OnDisk();
        var ann = Vectors.Unit(_random, Size);
        gallery.Add(Vectors.Template("ann", ann));
        using (var file = new FileStream(OpenFile(), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(1000);
        }

        Should.Throw<GalleryStorageException>(() => gallery.Match(ann)).Message.ShouldContain("ends too early");
    }

    [Fact]
    public void Without_a_usable_directory_the_gallery_works_in_memory_and_says_so()
    {
        using var gallery = OnDisk(Path.Combine(_directory, "missing"));
        var ann = Vectors.Unit(_random, Size);
        gallery.Add(Vectors.Template("ann", ann)).ShouldBeNull();
        gallery.Match(ann).Best.Person.ShouldBe("ann");
        gallery.Status.SealedBytes.ShouldBe(0);
        gallery.Status.Problem!.ShouldContain("in memory instead");
    }

    [Fact]
    public void What_a_process_left_that_died_while_making_its_file_is_tidied_away()
    {
        var left = Path.Combine(_directory, ".gallery-left");
        File.WriteAllText(left, "");
        using var gallery = OnDisk();
        gallery.Add(Vectors.Template("ann", Vectors.Unit(_random, Size))).ShouldBeNull();
        File.Exists(left).ShouldBeFalse();
    }

    [Fact]
    public void An_erased_row_cannot_be_opened_by_anybody_who_has_the_file_and_the_key()
    {
        using var file = SealedFile.Create(_directory, 1024 * Size * 4);
        using var reader = new RowReader();
        using var rows = new SealedRows(file, 1024, Size, reader);
        var row = Vectors.Unit(_random, Size);
        rows.Write(3, row);
        rows.Read(3, reader).ToArray().ShouldBe(row);
        rows.Erase(3);
        Should.Throw<GalleryStorageException>(() => rows.Read(3, reader).ToArray());
        rows.Secret(3).ToArray().ShouldAllBe(b => b == 0);
    }

    [Fact]
    public void CompreFace_621_fifty_thousand_templates_of_512_values_take_less_than_40_megabytes_and_are_searched_exactly()
    {
        using var gallery = new FaceGallery(Vectors.Pack, Size, new GalleryOptions { WorkingDirectory = _directory });
        var all = new FaceTemplate[50_000];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = Vectors.Template($"p{i}", Fast(i));
            gallery.Add(all[i]).ShouldBeNull();
        }

        gallery.Status.MemoryBytes.ShouldBeLessThan(40_000_000);
        (gallery.Status.Problem is null || gallery.Status.Problem.Contains("in memory, so that", StringComparison.Ordinal)).ShouldBeTrue(gallery.Status.Problem);
        for (var i = 0; i < 10; i++)
        {
            gallery.ShouldMatchAsFloatsDo(all, Vectors.Near(_random, all[i * 4999].Vector.ToArray(), 0.9f));
            gallery.ShouldMatchAsFloatsDo(all, Vectors.Unit(_random, Size));
        }
    }

    // Only made quickly: 25 million values.
    private static float[] Fast(int seed)
    {
        var (v, state) = (new float[Size], (uint)(seed + 1) * 2654435769u);
        for (var i = 0; i < Size; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            v[i] = (int)state * 4.6566129e-10f;
        }

        return Vectors.Normal(v);
    }
}
