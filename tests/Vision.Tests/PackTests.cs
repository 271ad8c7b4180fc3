using System.Text.Json.Nodes;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests;

public sealed class PackTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pack-").FullName;

    public PackTests()
    {
        foreach (var file in Directory.EnumerateFiles(Installed.PackDirectory))
        {
            File.Copy(file, Path.Combine(_directory, Path.GetFileName(file)));
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string At(string name) => Path.Combine(_directory, name);

    private PackFault Refused()
    {
        var loaded = PackLoader.Load(_directory);
        loaded.IsLoaded.ShouldBeFalse();
        loaded.Fault!.Message.ShouldNotBeNullOrWhiteSpace();
        loaded.Fault.Remedy.ShouldNotBeNullOrWhiteSpace();
        return loaded.Fault;
    }

    private void Change(Action<JsonNode> change)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(At("manifest.json")))!;
        change(manifest);
        File.WriteAllText(At("manifest.json"), manifest.ToJsonString());
    }

    [Fact]
    public void A_sound_pack_loads()
    {
        var loaded = PackLoader.Load(_directory);
        loaded.IsLoaded.ShouldBeTrue(loaded.Fault?.ToString());
        using var pack = loaded.Pack!;
        pack.Reference.ToString().ShouldBe("faceplugin-rfb-512@1.2.0");
        pack.Manifest.TrainingData.ShouldContain("Not documented");
        PackVerifier.Verify(_directory).IsSound.ShouldBeTrue();
    }

    [Fact]
    public void The_installed_manifest_is_the_one_in_the_repository()
    {
        File.ReadAllText(At("manifest.json")).ShouldBe(File.ReadAllText(Path.Combine(RepoRoot.DefaultPack, "manifest.json")),
            "The installed copy is out of date; run ./tools/test, which installs the pack again.");
    }

    [Fact]
    public void A_pack_without_an_eye_model_loads_and_one_with_a_bad_one_is_refused()
    {
        Change(m => m["eyes"]!["kind"] = "wink");
        Refused().Code.ShouldBe(PackFaultCode.UnsupportedKind);
        Change(m => (m["eyes"]!["kind"], m["eyes"]!["sides"]) = ("open-closed", new JsonArray()));
        Refused().Message.ShouldContain("eye model");
        Change(m => (m["eyes"]!["sides"], m["eyes"]!["file"]) = (new JsonArray(28), "fr_landmark.onnx"));
        Refused().Code.ShouldBe(PackFaultCode.ModelRefused);
        Change(m => m["liveness"]!["sure"] = 0.5);
        Refused().Message.ShouldContain("sure");
        Change(m => (m["liveness"]!["sure"], m["eyes"]) = (null, null));
        using var pack = PackLoader.Load(_directory).Pack.ShouldNotBeNull();
        using var analyzer = pack.CreateAnalyzer();
        using var picture = Installed.Load(Installed.Clm("franck_02159.jpg"));
        analyzer.Eyes(picture, Installed.Faces(analyzer, picture)[0]).ShouldBeNull();
    }

    [Fact]
    public void An_empty_directory_says_how_to_install()
    {
        var fault = PackLoader.Load(Path.Combine(_directory, "nothing")).Fault!;
        fault.Code.ShouldBe(PackFaultCode.ManifestMissing);
        fault.Remedy.ShouldContain("devices models install default");
    }

    [Fact]
    public void One_changed_byte_of_the_weights_is_refused()
    {
        var bytes = File.ReadAllBytes(At("fr_feature.onnx"));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(At("fr_feature.onnx"), bytes);
        var fault = Refused();
        fault.Code.ShouldBe(PackFaultCode.WrongHash);
        fault.Message.ShouldContain("fr_feature.onnx");
    }

    [Fact]
    public void A_half_downloaded_file_is_refused_by_its_size()
    {
        File.WriteAllBytes(At("fr_detect.onnx"), File.ReadAllBytes(At("fr_detect.onnx"))[..1000]);
        Refused().Code.ShouldBe(PackFaultCode.WrongSize);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        File.Delete(At("fr_liveness.onnx"));
        var fault = Refused();
        fault.Code.ShouldBe(PackFaultCode.FileMissing);
        fault.Message.ShouldContain("fr_liveness.onnx");
    }

    [Fact]
    public void A_missing_or_changed_licence_text_is_refused()
    {
        File.AppendAllText(At("LICENSE"), "and give us your house");
        Refused().Code.ShouldBe(PackFaultCode.WrongHash);
        File.Delete(At("LICENSE"));
        Refused().Code.ShouldBe(PackFaultCode.LicenceMissing);
    }

    [Fact]
    public void Weights_that_no_licence_covers_are_refused()
    {
        Change(m => m["licences"]![0]!["covers"] = new JsonArray("fr_detect.onnx"));
        var fault = Refused();
        fault.Code.ShouldBe(PackFaultCode.LicenceMissing);
        fault.Message.ShouldContain("fr_landmark.onnx");
    }

    [Fact]
    public void A_pack_without_calibration_is_refused()
    {
        Change(m => m.AsObject().Remove("calibration"));
        var fault = Refused();
        fault.Code.ShouldBe(PackFaultCode.CalibrationMissing);
        fault.Message.ShouldContain("it has no calibration");
        fault.Message.Split(". ").Length.ShouldBe(1, "one sentence");
        fault.Remedy.ShouldContain("devices accuracy");
    }

    [Fact]
    public void A_calibration_out_of_order_is_refused()
    {
        Change(m => m["calibration"]!["points"]![0]!["threshold"] = 0.9);
        Refused().Code.ShouldBe(PackFaultCode.ManifestInvalid);
    }

    [Fact]
    public void A_detector_of_unknown_kind_is_named_with_the_known_ones()
    {
        Change(m => m["detector"]!["kind"] = "scrfd");
        var fault = Refused();
        fault.Code.ShouldBe(PackFaultCode.UnsupportedKind);
        fault.Message.ShouldContain("scrfd");
        fault.Message.ShouldContain("yunet");
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData(".hidden")]
    [InlineData("")]
    public void A_file_name_that_leaves_the_packs_directory_is_refused(string name)
    {
        Change(m => m["files"]![0]!["path"] = name);
        Refused().Code.ShouldBe(PackFaultCode.ManifestInvalid);
    }

    [Fact]
    public void A_source_must_be_one_of_npm_file_and_https()
    {
        Change(m => m["files"]![0]!["source"] = JsonNode.Parse("""{ "https": "http://example.org/x.onnx" }"""));
        Refused().Code.ShouldBe(PackFaultCode.ManifestInvalid);
        Change(m => m["files"]![0]!["source"] = JsonNode.Parse("{}"));
        Refused().Message.ShouldContain("exactly one source");
    }

    [Fact]
    public void A_manifest_that_is_no_json_or_lacks_a_field_is_named_with_the_line()
    {
        File.WriteAllText(At("manifest.json"), "{ \"schema\": 1,\n oops");
        Refused().Message.ShouldContain("line 2");
        File.WriteAllText(At("manifest.json"), "{ \"schema\": 1 }");
        Refused().Message.ShouldContain("licences");
    }

    [Fact]
    public void A_manifest_of_a_later_schema_is_refused()
    {
        Change(m => m["schema"] = 2);
        Refused().Message.ShouldContain("schema is 2");
    }

    [Fact]
    public void A_model_that_is_not_what_the_manifest_says_is_named_at_start_up()
    {
        Change(m => m["embedder"]!["size"] = 128);
        var fault = Refused();
        fault.Code.ShouldBe(PackFaultCode.ModelRefused);
        fault.Message.ShouldContain("fr_feature.onnx");
        Change(m => m["detector"]!["input"]!["width"] = 640);
        Refused().Message.ShouldContain("fr_detect.onnx");
    }

    [Fact]
    public void Installed_packs_are_listed_with_their_directories()
    {
        InstalledPacks.List(RepoRoot.Models).ShouldContain(p => p.Directory == Installed.PackDirectory && p.Manifest.IsSound);
        InstalledPacks.List(Path.Combine(_directory, "none")).ShouldBeEmpty();
    }
}
