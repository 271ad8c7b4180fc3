using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;

namespace Devices.Standins.Terminal;

internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args.Length == 0 || args[0] is "--help" or "-h")
        {
            Console.WriteLine(StandinOptions.Usage);
            return args.Length == 0 ? 2 : 0;
        }

        StandinOptions? options = StandinOptions.Parse(args, out string error);
        if (options is null)
        {
            await Console.Error.WriteLineAsync(error);
            return 2;
        }

        using CancellationTokenSource stop = new();
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        HostSystem system = new(Console.Out, TimeProvider.System);
        TerminalMachine machine;
        try
        {
            machine = new TerminalMachine(options, system);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The state directory '{options.State}' cannot be used: {e.Message}");
            return 1;
        }

        await using WebApplication control = ControlApi.Build(machine, options);
        try
        {
            await control.StartAsync(stop.Token);
        }
        catch (IOException e)
        {
            string place = options.ControlSocket.Length > 0 ? $"socket {options.ControlSocket}" : $"port {options.ControlPort}";
            await Console.Error.WriteLineAsync($"The control {place} cannot be used: {e.Message} Choose another with --control-port, or 0 for any free one.");
            return 1;
        }

        Console.WriteLine("control " + control.Urls.First());
        await Task.Factory.StartNew(() => machine.Run(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await control.StopAsync(CancellationToken.None);
        system.Log("stopped");
        return 0;

        void Handle(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
