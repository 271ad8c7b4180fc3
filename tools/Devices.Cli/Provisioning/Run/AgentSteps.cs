using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Terminal;
using Spectre.Console;

namespace Devices.Cli.Provisioning.Run;

/// <summary>The running terminal: its agent, the MCU's connection to it, and the self-test that the bridge has to see.</summary>
internal sealed class AgentSteps(ProvisionScene scene)
{
    private const string Unit = "devices-agent", UnitState = "/var/lib/devices-agent";
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(10), Look = TimeSpan.FromMilliseconds(300);

    public Step Start() => new("agent", "Agent", Side.Agent, TimeSpan.FromSeconds(120), StartAsync);

    public Step McuOnline() => new("mcu-online", "MCU's connection", Side.Mcu, TimeSpan.FromSeconds(90), McuOnlineAsync) { IsDone = () => scene.Journal.IsDone("mcu-online") };

    public Step SelfTest() => new("self-test", "Self-test", Side.Bridge, TimeSpan.FromSeconds(60), SelfTestAsync);

    private async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        if (HasUnit())
        {
            if (scene.Plan.State != UnitState) throw new CliException(ExitCodes.AgentRefused, $"The agent's unit keeps its state in {UnitState}, and this terminal was provisioned in {scene.Plan.State}.", $"Provision with --state {UnitState}, or change both paths in the unit.");
            Link();
            await RunAsync("systemctl", ["enable", "--now", Unit], cancellationToken);
            if (scene.Changed) await RunAsync("systemctl", ["restart", Unit], cancellationToken);
        }
        else if (scene.Changed)
        {
            scene.Output.Say("Restart the terminal's agent: its settings were changed.", Color.Yellow);
        }
        else if (!File.Exists(scene.Socket))
        {
            scene.Output.Say($"Start the terminal's agent now: Devices.Edge.Agent --config {scene.Folder.ConfigPath}", Color.Yellow);
        }

        CliException? last = null;
        while (true)
        {
            try
            {
                JsonElement status = await StatusAsync(cancellationToken);
                string name = status.GetProperty("terminal").GetString() ?? "";
                if (name != scene.Plan.Terminal)
                    throw new CliException(ExitCodes.AgentRefused, $"The agent that answers is terminal '{name}', not '{scene.Plan.Terminal}'.", $"Restart it (`systemctl restart {Unit}`): it runs with older settings.");
                return $"{name} runs, version {status.GetProperty("version").GetString()}, {status.GetProperty("last_seq").GetInt64().ToString(CultureInfo.InvariantCulture)} punches in its ledger.";
            }
            catch (CliException fault) when (fault.Code == ExitCodes.AgentUnreachable)
            {
                last = fault;
            }

            try
            {
                await Task.Delay(Look, cancellationToken);
            }
            catch (OperationCanceledException) when (!scene.Stop.IsCancellationRequested)
            {
                throw last is null ? new OperationCanceledException(cancellationToken) : new CliException(last.Code, last.Message, last.Remedy, last);
            }
        }
    }

    private async Task<string> McuOnlineAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            JsonElement status = await StatusAsync(cancellationToken);
            if (status.GetProperty("mcu_online").GetBoolean()) return $"the MCU is connected to this board (port {status.GetProperty("mcu_port").GetInt32().ToString(CultureInfo.InvariantCulture)}).";
            await Pause(cancellationToken);
        }

        scene.Stop.ThrowIfCancellationRequested();
        throw new CliException(ExitCodes.StepTimeout, $"The MCU did not connect to {scene.Plan.McuHost}:{scene.Plan.McuPort}.",
            "Look at the MCU's screen: without Wi-Fi it says so; else check that both are on the same network, and that nothing blocks the port. Then run this again.");
    }

    private async Task<string> SelfTestAsync(CancellationToken cancellationToken)
    {
        if (scene.Offline) return "left open: the bridge is out of reach. `devices provision --finish` makes it.";
        using var agent = new AgentClient(scene.Socket);
        JsonElement begun = (await agent.SendAsync(HttpMethod.Post, "/self-test", null, Answer, cancellationToken)).Demand();
        Guid id = begun.GetProperty("id").GetGuid();
        var probe = new SelfTestProbe(scene);
        CliException? unreachable = null;
        bool waiting = true;
        JsonElement status = default;
        try
        {
            while (true)
            {
                try
                {
                    if (await probe.SeenAsync(id, cancellationToken) is { } seen)
                        return string.Create(CultureInfo.InvariantCulture, $"the bridge has it, received {seen.ReceivedAt:yyyy-MM-dd HH:mm:ss} UTC. It took a punch's way and is nobody's attendance.");
                    unreachable = null;
                }
                catch (CliException fault) when (fault.Code.Number is 34 or 35)
                {
                    unreachable = fault;
                }

                waiting = (await agent.SendAsync(HttpMethod.Get, $"/self-test/{id}", null, Answer, cancellationToken)).Demand().GetProperty("waiting").GetBoolean();
                status = await StatusAsync(cancellationToken);
                await Task.Delay(Look, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (status.ValueKind == JsonValueKind.Object && !scene.Stop.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.SelfTestUnseen, waiting
                ? $"The self-test still waits on this terminal: {status.GetProperty("bridge").GetString()}"
                : unreachable is not null ? $"The bridge's MQTT side took the self-test, but its HTTPS side cannot be asked: {unreachable.Message}"
                : "The bridge acknowledged the self-test, but does not know of it. Its MQTT and HTTPS ports may belong to two bridges.");
        }
    }

    private async Task<JsonElement> StatusAsync(CancellationToken cancellationToken)
    {
        using var agent = new AgentClient(scene.Socket);
        return (await agent.SendAsync(HttpMethod.Get, "/status", null, Answer, cancellationToken)).Demand();
    }

    // Without an exception, so that what was found can still be told.
    private static async Task Pause(CancellationToken cancellationToken) => await Task.WhenAny(Task.Delay(Look, cancellationToken));

    private static bool HasUnit() => Directory.Exists("/run/systemd/system") && Environment.IsPrivilegedProcess && File.Exists($"/etc/systemd/system/{Unit}.service");

    // The unit reads /etc/devices-agent/agent.json; what was written is in the state folder.
    private void Link()
    {
        const string Folder = "/etc/devices-agent";
        string link = Path.Combine(Folder, "agent.json");
        if (Directory.Exists(Folder) && !Path.Exists(link)) File.CreateSymbolicLink(link, scene.Folder.ConfigPath);
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start) ?? throw new CliException(ExitCodes.AgentUnreachable, $"{program} cannot be started.");
        Task<string> said = process.StandardError.ReadToEndAsync(cancellationToken);
        _ = process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0) throw new CliException(ExitCodes.AgentUnreachable, $"`{program} {string.Join(' ', arguments)}` failed: {(await said).ReplaceLineEndings(" ").Trim()}", $"See `journalctl -u {Unit}`.");
    }
}
