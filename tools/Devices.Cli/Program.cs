using System.Runtime.InteropServices;
using Devices.Cli.App;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Devices.Cli;

/// <summary>
/// The entry point. A class with a name of its own: beside ASP.NET (which the simulator's page needs) top-level statements would become a
/// public class 'Program' in the global namespace.
/// </summary>
internal static class EntryPoint
{
    public static async Task<int> Main(string[] args)
    {
        SystemLibraries.Settle();

        // Ctrl-C and SIGTERM ask the running command to stop; it leaves nothing half done and exits 130.
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

        // A pipe has no width: lines meant for scripts must not be folded at 80 columns.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 400;

        var app = new CommandApp();
        app.Configure(config => CliApp.Configure(config, CliHost.OfThisProcess() with { Json = args.Contains("--json") ? Console.Out : null }));
        return await app.RunAsync(args, stop.Token);

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
