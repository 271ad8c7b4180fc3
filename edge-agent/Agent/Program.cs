using System.Globalization;
using System.Runtime.InteropServices;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Agent.Updates;
using Devices.Edge.Vision.Runtime;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace Devices.Edge.Agent;

/// <summary>Exit codes: 0 stopped in order, 1 a fault nobody foresaw, 2 the configuration or what it points to must be mended first.</summary>
internal static partial class Program
{
    private const string Usage = """
        Devices.Edge.Agent: the terminal's agent (camera, recognition, ledger, MCU, uplink).

          Devices.Edge.Agent [--launch] --config FILE [--Key=Value ...]

        --launch starts the newest version that came as an update and is whole; see "Updates" in the README.

        Keys can also come from the environment: DEVICES_AGENT__Mcu__Port=1883. The README lists them.
        """;

    public static async Task<int> Main(string[] args)
    {
        if (args is ["--help" or "-h"])
        {
            Console.WriteLine(Usage);
            return 0;
        }

        if (args is ["--version"])
        {
            Console.WriteLine(TerminalReport.Version);
            return 0;
        }

        // Not for people: the agent starts itself so, to run its models where their crash costs no punch.
        if (args is [FaceModels.WorkerVerb, var parent] && int.TryParse(parent, NumberStyles.None, CultureInfo.InvariantCulture, out int id)) return ModelWorkerHost.Serve(id);

        // Whatever is made from here on is for this account alone: ledger, entries, logs of SQLite, the socket from its first moment. The
        // systemd unit says the same; an agent started by hand must not depend on it.
        _ = umask(0x3F); // 0077

        // What the terminal was set up with decides which version runs; it returns where that is itself.
        if (args is [SlotLauncher.Verb, .. var rest])
        {
            SlotLauncher.Launch(rest);
            args = rest;
        }

        try
        {
            return await RunAsync(AgentConfiguration.Read(args)).ConfigureAwait(false);
        }
        catch (StartException fault)
        {
            await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
            return 2;
        }
        catch (Exception fault)
        {
            await Console.Error.WriteLineAsync($"The agent ended by a fault: {fault.GetType().Name}: {fault.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    private static async Task<int> RunAsync(AgentOptions options)
    {
        TaskCompletionSource<string> asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            asked.TrySetResult(context.Signal.ToString());
        }

        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        TimeProvider time = TimeProvider.System;
        using PlainLog plain = new(new SiteClock(() => options.Zone), time, Console.Out);
        using LoggerFactory loggers = new([plain]);
        Narration narration = new(loggers.CreateLogger<Narration>(), time);
        AgentRuntime runtime = new(options, narration, time, new SystemdNotifier());
        await using (runtime.ConfigureAwait(false))
        {
            runtime.StopAsked += why => asked.TrySetResult(why);
            // A signal during the start ends it as soon as the start is through.
            await runtime.StartAsync().ConfigureAwait(false);
            string signal = await asked.Task.ConfigureAwait(false);
            narration.Tell("agent", $"Stopping ({signal}).");
        }

        return 0;
    }

#pragma warning disable IDE1006, SA1300 // names of libc
    [LibraryImport("libc")]
    private static partial uint umask(uint mask);
#pragma warning restore IDE1006, SA1300
}
