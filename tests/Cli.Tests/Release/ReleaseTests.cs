using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Contract.Updates;

namespace Devices.Cli.Tests.Release;

/// <summary><c>devices release</c>, from new keys to packages that a terminal believes.</summary>
public sealed class ReleaseTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;

    public ReleaseTests()
    {
        _cli = new(_folder);
        File.WriteAllText(In("password"), "correct horse\n");
        using var timestamp = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        File.WriteAllText(In("bridge.pub"), timestamp.ExportSubjectPublicKeyInfoPem());
        Directory.CreateDirectory(In("agent"));
        File.WriteAllText(In("agent/Devices.Edge.Agent"), "#!/bin/sh\necho agent\n");
        File.WriteAllText(In("agent/about.json"), """{ "state_writes": 2, "state_reads": 3 }""");
        File.WriteAllText(In("agent/Devices.Edge.Agent.pdb"), "symbols");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_package_is_made_signed_and_published_and_the_same_folder_gives_the_same_bytes()
    {
        (await InitAsync()).ShouldSucceed();
        Ran packed = (await PackageAsync("1.2.0")).ShouldSucceed();
        string hash = packed.Json.GetProperty("packages")[0].GetProperty("sha256").GetString()!;
        (await PackageAsync("1.2.0")).ShouldSucceed().Json.GetProperty("packages")[0].GetProperty("sha256").GetString().ShouldBe(hash);
        (await PublishAsync()).ShouldSucceed();
        JsonElement shown = (await RunAsync("show", "repo")).ShouldSucceed().Json;
        shown.GetProperty("packages")[0].GetProperty("published").GetBoolean().ShouldBeTrue();
        shown.GetProperty("waiting").GetArrayLength().ShouldBe(0);

        RootMetadata root = RootMetadata.Read(File.ReadAllBytes(In("repo/metadata/1.root.json")));
        TargetsMetadata targets = TargetsMetadata.Read(File.ReadAllBytes(In("repo/metadata/1.targets.json")));
        targets.Document.Demand(root);
        SnapshotMetadata.Read(File.ReadAllBytes(In("repo/metadata/1.snapshot.json"))).Document.Demand(root);
        UpdateTarget target = targets.Find(UpdateKinds.Agent, "agent", "1.2.0", "linux-x64")!;
        (target.StateWrites, target.StateReads, target.Counter).ShouldBe((2, 3, 1));
        List<string> files = [];
        using FileStream package = File.OpenRead(In($"repo/targets/agent/{hash}.agent-1.2.0-linux-x64.tar.br"));
        PackageArchive.Extract(package, target, (file, _) => files.Add(file.Path), TestContext.Current.CancellationToken).Files.Single(one => one.Path == "Devices.Edge.Agent").Run.ShouldBeTrue();
        files.ShouldBe(["files.json", "Devices.Edge.Agent", "about.json"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_version_that_was_published_is_not_made_again_with_other_contents_and_counters_only_grow()
    {
        (await InitAsync()).ShouldSucceed();
        (await PackageAsync("1.2.0")).ShouldSucceed();
        (await PublishAsync()).ShouldSucceed();
        File.WriteAllText(In("agent/other"), "x");
        (await PackageAsync("1.2.0", json: false)).ShouldRefuse(ExitCodes.ReleaseVersionTaken, "1.2.0");
        (await PackageAsync("1.3.0")).ShouldSucceed().Json.GetProperty("packages").EnumerateArray().Single(one => one.GetProperty("version").GetString() == "1.3.0").GetProperty("counter").GetInt64().ShouldBe(2);
        (await PublishAsync("--withdraw", "agent/agent/1.3.0")).ShouldSucceed();
        // The counter of what was withdrawn is not given again.
        (await PackageAsync("1.4.0")).ShouldSucceed();
        (await PublishAsync()).ShouldSucceed();
        TargetsMetadata newest = TargetsMetadata.Read(File.ReadAllBytes(In("repo/metadata/3.targets.json")));
        newest.Targets.Select(one => one.Version).ShouldBe(["1.2.0", "1.4.0"]);
        newest.Targets[^1].Counter.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_root_is_rotated_by_signatures_of_old_and_new_given_at_desks_in_turn()
    {
        (await RunAsync("init", "repo", "--keys", "keys", "--password-file", "password", "--root-keys", "2", "--root-threshold", "2")).ShouldSucceed();
        (await RunAsync("add-key", "repo", "--role", "timestamp", "--public", "bridge.pub")).ShouldSucceed();
        (await _cli.RunAsync("release", "sign", "repo", "--key", "keys/targets.pem", "--password-file", "password")).ShouldRefuse(ExitCodes.ReleaseKeyUseless, "targets.pem");
        (await _cli.RunAsync("release", "sign", "repo", "--key", "keys/root-1.pem", "--password-file", "password")).ShouldRefuse(ExitCodes.ReleaseIncomplete, "1 of 2");
        File.Exists(In("repo/metadata/2.root.json")).ShouldBeFalse();
        (await RunAsync("sign", "repo", "--key", "keys/root-2.pem", "--password-file", "password")).ShouldSucceed();
        MetadataTrust trust = new(File.ReadAllBytes(In("repo/metadata/1.root.json")), DateTimeOffset.UtcNow);
        trust.TakeRoot(File.ReadAllBytes(In("repo/metadata/2.root.json"))).ShouldBeTrue();

        string gone = trust.Root.Role(UpdateRoles.Root).Keys[0].Id;
        (await _cli.RunAsync("release", "rotate-root", "repo", "--remove", "root=" + gone[..8])).ShouldRefuse(ExitCodes.ReleaseRootRefused, "1 keys");
        (await RunAsync("add-key", "repo", "--role", "root", "--new", "keys/root-3.pem", "--password-file", "password")).ShouldSucceed();
        (await RunAsync("rotate-root", "repo", "--remove", "root=" + gone[..8])).ShouldSucceed();
        // Old: 1 and 2. New: 2 and 3.
        (await RunAsync("sign", "repo", "--key", "keys/root-2.pem", "--key", "keys/root-3.pem", "--password-file", "password")).Code.ShouldBe(ExitCodes.ReleaseIncomplete.Number);
        (await RunAsync("sign", "repo", "--key", "keys/root-1.pem", "--password-file", "password")).ShouldSucceed();
        trust.TakeRoot(File.ReadAllBytes(In("repo/metadata/3.root.json")));
        trust.Root.Role(UpdateRoles.Root).Keys.ShouldNotContain(key => key.Id == gone);
    }

    [Fact]
    public async Task What_cannot_be_is_said_in_a_sentence()
    {
        (await _cli.RunAsync("release", "show", "repo")).ShouldRefuse(ExitCodes.ReleaseMissing, "repo");
        (await _cli.RunAsync("release", "init", "repo", "--keys", "repo/keys", "--password-file", "password")).ShouldRefuse(ExitCodes.Usage, "must not lie in the repository");
        (await InitAsync()).ShouldSucceed();
        (await _cli.RunAsync("release", "init", "repo", "--keys", "keys2", "--password-file", "password")).ShouldRefuse(ExitCodes.ReleaseExists);
        File.WriteAllText(In("wrong"), "another one");
        (await _cli.RunAsync("release", "publish", "repo", "--key", "keys/targets.pem", "--password-file", "wrong")).ShouldRefuse(ExitCodes.ReleasePackageRefused, "no package");
        File.Delete(In("agent/about.json"));
        (await PackageAsync("1.0.0", json: false)).ShouldRefuse(ExitCodes.ReleasePackageRefused, "about.json");
        File.WriteAllText(In("agent/about.json"), """{ "state_writes": 2, "state_reads": 1 }""");
        (await PackageAsync("1.0.0", json: false)).ShouldRefuse(ExitCodes.ReleasePackageRefused, "formats");
        File.WriteAllText(In("agent/about.json"), """{ "state_writes": 1, "state_reads": 1 }""");
        (await PackageAsync("1.0.0")).ShouldSucceed();
        (await _cli.RunAsync("release", "publish", "repo", "--key", "keys/targets.pem", "--password-file", "wrong")).ShouldRefuse(ExitCodes.ReleaseKeyUnreadable, "targets.pem");
        File.WriteAllText(In("repo/metadata/1.root.json"), "{}");
        (await _cli.RunAsync("release", "show", "repo")).ShouldRefuse(ExitCodes.ReleaseDamaged);
    }

    [Fact]
    public async Task Private_keys_are_encrypted_and_for_their_owner_alone()
    {
        (await InitAsync()).ShouldSucceed();
        foreach (string one in (string[])["root-1.pem", "targets.pem", "snapshot.pem"])
        {
            File.ReadAllText(In("keys/" + one)).ShouldContain("BEGIN ENCRYPTED PRIVATE KEY");
            File.GetUnixFileMode(In("keys/" + one)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.ReadAllText(In($"keys/{one}.pub")).ShouldContain("BEGIN PUBLIC KEY");
        }
    }

    private Task<Ran> InitAsync() => RunAsync("init", "repo", "--keys", "keys", "--password-file", "password", "--timestamp", "bridge.pub");

    private Task<Ran> PackageAsync(string version, bool json = true) => _cli.RunAsync([.. (string[])["release", "package", "repo", "agent", "agent", "--version", version, "--runtime", "linux-x64"], .. json ? (string[])["--json"] : []]);

    private Task<Ran> PublishAsync(params string[] more) => RunAsync([.. (string[])["publish", "repo", "--key", "keys/targets.pem", "--key", "keys/snapshot.pem", "--password-file", "password"], .. more]);

    private Task<Ran> RunAsync(params string[] args) => _cli.RunAsync(["release", .. args, "--json"]);

    private string In(string name) => Path.Combine(_folder.Path, name);
}
