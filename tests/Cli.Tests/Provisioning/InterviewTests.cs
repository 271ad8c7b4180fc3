using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Devices.Cli.App;
using Devices.Cli.Tests.Guide;
using Devices.Cli.Tests.Support;
using Devices.Cli.Tests.Wifi;
using Devices.Edge.Agent.Tests.Support;

namespace Devices.Cli.Tests.Provisioning;

/// <summary>A technician's interview on a pseudo-terminal, with the built bridge, the built agent, a camera, and the firmware's own code as the MCU.</summary>
public sealed class InterviewTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task From_a_box_to_a_self_test_seen_at_the_bridge_stopped_on_the_way_and_gone_on()
    {
        await using RealBridge bridge = await RealBridge.StartAsync(_folder);
        await using MjpegCamera camera = await MjpegCamera.StartAsync(Pictures.Sharp());
        using FirmwareOnALine mcu = new(flash: _folder["flash"]);
        string claim = await bridge.ClaimAsync("m2-001");
        string port = FreePort().ToString(CultureInfo.InvariantCulture);
        string questions = "", steps = "";
        string[] flags = ["provision", "--state", "state", "--bridge-mqtt", bridge.Mqtt, "--mcu-port", port];

        using (Typist first = new(_folder, flags))
        {
            await first.AnswerAsync("Bridge's enrolment address", "https://" + bridge.Https);
            await first.SeesAsync("It can be reached from here");
            await first.AnswerAsync("Claim", "ABCDE");
            await first.AnswerAsync("has no '@'", claim);
            await first.AnswerAsync("Name of this terminal", "m2-001");
            await first.AnswerAsync("Site", "Main hall");
            await first.AnswerAsync("Where there", "East door");
            await first.AnswerAsync("Time zone", "Asia/Shanghai");
            await first.AnswerAsync("Camera", "mjpeg:" + camera.Address + "stream");
            await first.AnswerAsync("Model pack", "none");
            await first.AnswerAsync("serial port", mcu.Port);
            await first.SeesAsync("Shop 店  -55 dBm");
            await first.AnswerAsync("MCU's Wi-Fi", "1");
            await first.AnswerAsync("address as the MCU calls it", "127.0.0.1");
            await first.AnswerAsync("Language", "en");
            await first.AnswerAsync("Whom to call", "Ada, 555-1815");
            await first.SeesAsync("Main hall");
            await first.AnswerAsync("Begin?", "yes");
            await first.SeesAsync("Certificate: for 'm2-001'");
            await first.AnswerAsync("Password of 'Shop 店'", "correct horse");
            await first.SeesAsync("has joined 'Shop 店' and keeps it");
            await first.SeesAsync("Start the terminal's agent now");
            await first.StopAsync();
            (await first.EndAsync()).ShouldBe(ExitCodes.Interrupted.Number, first.Shown);
            questions = first.Shown;
        }

        string[] asked = Typed(questions);
        GuidePictures.CheckWindow("interview", "The questions of devices provision, with a summary before anything is done", asked[..Array.FindIndex(asked, line => line.StartsWith("1/14", StringComparison.Ordinal))]);
        mcu.Saved.ShouldBe(("Shop 店", "correct horse"));
        Ran half = await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "provision", "--status", "--state", "state");
        half.Output.ShouldContain("stopped   Agent");
        half.Output.ShouldNotContain("correct horse");

        await using RealAgent agent = await RealAgent.StartAsIsAsync(_folder, "state");
        using (Typist second = new(_folder, "provision", "--state", "state"))
        {
            await second.SeesAsync("An earlier run ended at the step 'Agent'");
            await second.SeesAsync("Certificate: done before");
            await second.SeesAsync("http://127.0.0.1:");
            await second.SeesAsync("Measured: ");
            await second.AnswerAsync("Does the picture show a face", "yes");
            await second.SeesAsync("the bridge has it");
            await second.SeesAsync("Terminal 'm2-001' is ready");
            (await second.EndAsync()).ShouldBe(0, second.Shown);
            steps = second.Shown;
        }

        GuidePictures.CheckWindow("steps", "A stopped run goes on where it stopped, to the self-test that the bridge has seen", Typed(steps).Where(line => !line.Contains('…', StringComparison.Ordinal) || line.Contains("token", StringComparison.Ordinal)));
        mcu.Settings!.Terminal.ShouldBe("m2-001");
        mcu.Machine!.Loop.IsConnected.ShouldBeTrue();
        string[] written = [.. Directory.EnumerateFiles(_folder["state", "hand-over"]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        written.ShouldBe(["m2-001.html", "m2-001.png", "m2-001.zpl"]);
        string sheet = await File.ReadAllTextAsync(_folder["state", "hand-over", "m2-001.html"], TestContext.Current.CancellationToken);
        foreach (string fact in (string[])["Main hall", "East door", "Ada, 555-1815", "the bridge has it", "Devices.Terminal 0.4.0"]) sheet.ShouldContain(fact);
        sheet.ShouldNotContain("still open");
        sheet.ShouldNotContain(claim.Split('@')[0]);

        // The self-test is an event and no punch: not here, not there.
        Ran ledger = (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "ledger", "show", "state/ledger.db", "--json")).ShouldSucceed();
        ledger.Json.GetArrayLength().ShouldBe(0);
        Ran status = (await BuiltProgram.RunAsync(BuiltProgram.Devices, _folder.Path, "provision", "--finish", "--state", "state", "--json")).ShouldSucceed();
        status.Json.GetProperty("state").GetString().ShouldBe("provisioned");
    }

    // What a person saw: a line that was drawn again stands there once.
    private static string[] Typed(string shown) => [.. shown.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];

    internal static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
