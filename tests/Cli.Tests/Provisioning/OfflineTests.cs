using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Cli.Tests.Wifi;

namespace Devices.Cli.Tests.Provisioning;

/// <summary>The office's internet is down: a terminal from a sealed bundle takes punches at once, and everything arrives once when the bridge is back.</summary>
public sealed class OfflineTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_bridge_the_terminal_takes_punches_before_its_certificate_exists_and_all_arrive_once_afterwards()
    {
        string[] ports = [$"--Bridge:Https:Port={InterviewTests.FreePort()}", $"--Bridge:Mqtt:Port={InterviewTests.FreePort()}"];
        _folder.Write("pass.txt", "correct horse battery staple\n");
        string mcuPort = InterviewTests.FreePort().ToString(CultureInfo.InvariantCulture);
        await using (RealBridge office = await RealBridge.StartAsync(_folder, ports))
        {
            (await Devices("provision", "bundle", "--bridge", "https://" + office.Https, "--bridge-mqtt", office.Mqtt, "--claim", await office.ClaimAsync("m2-001"), "--terminal", "m2-001", "--site", "Shop", "--time-zone", "Asia/Shanghai",
                "--camera", "none", "--mcu-port", mcuPort, "--self-test", "--out", "m2-001.bundle", "--passphrase-file", "pass.txt")).ShouldSucceed();
        }

        // At the shop.
        using FirmwareOnALine mcu = new(provisioned: true, flash: _folder["flash"]);
        Task<Ran> provisioning = Devices("provision", "--bundle", "m2-001.bundle", "--passphrase-file", "pass.txt", "--state", "state", "--mcu", mcu.Port, "--mcu-host", "127.0.0.1", "--start", "--step-timeout", "5", "--hand-over", "sheet");
        for (DateTime until = DateTime.UtcNow.AddSeconds(60); !File.Exists(_folder["state", "agent.json"]) && DateTime.UtcNow < until && !provisioning.IsCompleted;) await Task.Delay(50, TestContext.Current.CancellationToken);
        await using RealAgent agent = await RealAgent.StartAsIsAsync(_folder, "state");
        Ran shop = await provisioning;
        shop.ShouldRefuse(ExitCodes.CertificateOpen, "takes punches from now on", "--finish");
        File.Exists(_folder["state", "tls", "terminal.crt"]).ShouldBeFalse();
        (await File.ReadAllTextAsync(_folder["sheet", "m2-001.html"], TestContext.Current.CancellationToken)).ShouldContain("still open");
        (await Devices("provision", "--status", "--state", "state")).Code.ShouldBe(ExitCodes.CertificateOpen.Number);
        (await Devices("provision", "--state", "state", "--terminal", "m2-002")).ShouldRefuse(ExitCodes.OtherAnswers, "keeps punches as 'm2-001'");
        (await Devices("provision", "--finish", "--state", "state", "--step-timeout", "2")).Code.ShouldBeOneOf(ExitCodes.CertificateOpen.Number);

        (await Devices("enrol", "--person", "ada", "--name", "Ada", "--card", "04A1B2C3", "--agent", "state/agent.sock")).ShouldSucceed();
        (await Devices("enrol", "--person", "bob", "--name", "Bob", "--card", "04A1B2C4", "--agent", "state/agent.sock")).ShouldSucceed();
        mcu.Machine!.Reader.Hold("04A1B2C3");
        await LedgerAsync(1);
        mcu.Machine.Reader.Hold("04A1B2C4");
        await LedgerAsync(2);

        // The link returns.
        await using RealBridge bridge = await RealBridge.StartAsync(_folder, ports);
        Ran finish = (await Devices("provision", "--finish", "--state", "state")).ShouldSucceed();
        finish.Output.ShouldContain("the bridge has it");
        (await Devices("provision", "--finish", "--state", "state")).ShouldSucceed().Output.ShouldContain("Nothing is open");
        (await File.ReadAllTextAsync(_folder["sheet", "m2-001.html"], TestContext.Current.CancellationToken)).ShouldNotContain("still open");

        Ran key = (await BuiltProgram.RunAsync(BuiltProgram.PathOf("Devices.Bridge", "Devices.Bridge"), _folder.Path, "api-key", "add", "--data", _folder["bridge"], "--name", "test", "--reads", "punches", "--sites", "*")).ShouldSucceed();
        using HttpClient http = new() { BaseAddress = new Uri(bridge.Http) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Output.Trim());
        string[] seen = [];
        for (DateTime until = DateTime.UtcNow.AddSeconds(60); seen.Length < 2 && DateTime.UtcNow < until; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            using JsonDocument page = JsonDocument.Parse(await http.GetStringAsync("/api/v1/punches", TestContext.Current.CancellationToken));
            seen = [.. page.RootElement.GetProperty("punches").EnumerateArray().Select(one => $"{one.GetProperty("seq").GetInt64()} {one.GetProperty("person").GetString()}")];
        }

        seen.ShouldBe(["1 ada", "2 bob"], ignoreOrder: true);
    }

    private async Task LedgerAsync(int punches)
    {
        int there = -1;
        for (DateTime until = DateTime.UtcNow.AddSeconds(60); there < punches && DateTime.UtcNow < until; await Task.Delay(200, TestContext.Current.CancellationToken))
            there = (await new Support.Cli(_folder).RunAsync("ledger", "show", "state/ledger.db", "--json")).ShouldSucceed().Json.GetArrayLength();
        there.ShouldBe(punches);
    }

    private Task<Ran> Devices(params string[] args) => BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, args);
}
