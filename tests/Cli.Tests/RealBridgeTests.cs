using System.Security.Cryptography.X509Certificates;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Tests.Tpm;

namespace Devices.Cli.Tests;

/// <summary>Provisioning as it happens: the built command against the built bridge.</summary>
public sealed class RealBridgeTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private RealBridge _bridge = null!;

    public async ValueTask InitializeAsync() => _bridge = await RealBridge.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _bridge.DisposeAsync();
        _folder.Dispose();
    }

    private Task<Ran> Provision(string claim, string terminal, string state, params string[] more) => BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path,
        ["provision", "--bridge", "https://" + _bridge.Https, "--bridge-mqtt", _bridge.Mqtt, "--claim", claim, "--terminal", terminal, "--state", state, "--camera", "none", .. more]);

    [Fact]
    public async Task A_claim_becomes_an_identity_that_the_mqtt_endpoint_takes_and_works_once()
    {
        string claim = await _bridge.ClaimAsync("m2-001");

        Ran run = (await Provision(claim, "m2-001", "state")).ShouldSucceed();

        run.Output.ShouldContain("6/6 MQTT: ");
        using X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(_folder["state", "tls", "terminal.crt"], _folder["state", "tls", "terminal.key"]);
        certificate.Subject.ShouldBe("CN=m2-001");
        (await Provision(claim, "m2-001", "again")).ShouldRefuse(ExitCodes.ClaimRefused, "used before");
        (await Provision(claim, "m2-001", "state")).ShouldRefuse(ExitCodes.AlreadyProvisioned);

        Ran doctor = await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "doctor", "--state", "state");
        foreach (string step in (string[])["name", "TCP", "TLS", "certificate"]) doctor.Output.ShouldContain($"ok       bridge: {step}:");
    }

    [Fact]
    public async Task A_board_with_a_TPM_has_its_key_made_in_there_and_the_doctor_says_so_and_says_when_it_is_gone()
    {
        using SoftTpm tpm = SoftTpm.Start();
        string claim = await _bridge.ClaimAsync("m2-001");
        Ran run = (await Provision(claim, "m2-001", "state", "--tpm", tpm.Setting)).ShouldSucceed();
        run.Output.ShouldContain("inside this board's TPM");
        run.Output.ShouldContain("takes the certificate");
        string key = File.ReadAllText(_folder["state", "tls", "terminal.key"]);
        key.ShouldStartWith("-----BEGIN TSS2 PRIVATE KEY-----");

        Ran doctor = await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "doctor", "--state", "state");
        doctor.Output.ShouldMatch(@"ok       TPM: \S+, firmware [0-9.]+, at unix:");
        doctor.Output.ShouldContain("ok       terminal key: in the TPM");
        foreach (string step in (string[])["TCP", "TLS", "certificate", "session", "ACL"]) doctor.Output.ShouldContain($"ok       bridge: {step}:");

        tpm.Off();
        doctor = await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "doctor", "--state", "state");
        doctor.Code.ShouldBe(ExitCodes.TroubleFound.Number);
        doctor.Output.ShouldContain("fault    TPM: There is no TPM at unix:");
        (await Provision(await _bridge.ClaimAsync("m2-001"), "m2-001", "state", "--replace")).ShouldRefuse(ExitCodes.TpmUnusable, "There is no TPM at unix:");
        File.ReadAllText(_folder["state", "tls", "terminal.key"]).ShouldBe(key, "the old identity stays");
        tpm.Exchange();
        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "doctor", "--state", "state")).Output.ShouldContain("did not make this key");
        (await Provision(await _bridge.ClaimAsync("m2-001"), "m2-001", "state", "--replace")).ShouldSucceed().Output.ShouldContain("inside this board's TPM");
        (await Provision(claim, "m2-002", "other", "--tpm", "/run/tpm")).ShouldRefuse(ExitCodes.Usage, "--tpm '/run/tpm' is not auto");
    }

    [Fact]
    public async Task A_claim_for_another_terminal_a_false_code_and_a_false_root_are_refused_and_then_the_right_claim_works()
    {
        string claim = await _bridge.ClaimAsync("m2-007");
        (await Provision(claim, "m2-008", "state")).ShouldRefuse(ExitCodes.ClaimRefused, "another terminal");
        (await Provision("00000-00000-00000-00000@" + claim.Split('@')[1], "m2-007", "state")).ShouldRefuse(ExitCodes.ClaimRefused, "No such claim");
        (await Provision(claim.Split('@')[0] + "@" + new string('0', 64), "m2-007", "state")).ShouldRefuse(ExitCodes.WrongRoot, new string('0', 64));
        (await Provision(claim, "m2-007", "state")).ShouldSucceed().Output.ShouldContain("an earlier run made");
        string again = await _bridge.ClaimAsync("m2-007");
        (await Provision(again, "m2-007", "state", "--replace")).ShouldSucceed();
    }

    [Fact]
    public async Task A_running_bridge_is_backed_up_checked_and_restored_by_the_built_command()
    {
        await _bridge.ClaimAsync("m2-001");
        Ran made = (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "bridge", "backup", "--data", "bridge", "--to", "copy.tar", "--json")).ShouldSucceed();
        made.Json.GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("name").GetString()).ShouldContain("ca/root.crt");
        File.GetUnixFileMode(_folder["copy.tar"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "bridge", "backup", "--data", "bridge", "--to", "copy.tar")).ShouldRefuse(ExitCodes.BackupRefused, "overwrites nothing");

        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "bridge", "verify", "copy.tar")).ShouldSucceed().Output.ShouldContain("The backup is sound");
        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "bridge", "restore", "copy.tar", "--data", "bridge")).ShouldRefuse(ExitCodes.BackupRefused, "is not empty");
        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "bridge", "restore", "copy.tar", "--data", "again")).ShouldSucceed();
        File.ReadAllBytes(_folder["again", "ca", "root.key"]).ShouldBe(File.ReadAllBytes(_folder["bridge", "ca", "root.key"]));

        File.WriteAllBytes(_folder["half.tar"], File.ReadAllBytes(_folder["copy.tar"])[..5000]);
        (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "bridge", "verify", "half.tar")).ShouldRefuse(ExitCodes.BackupRefused, "not a sound backup");
    }
}
