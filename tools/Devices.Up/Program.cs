using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Devices.Up;

// tools/up: everything on one machine on embedded defaults. Exit codes: 0 fine, 1 the check found a fault, 2 it could not run.
using var stop = new CancellationTokenSource();
using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using PosixSignalRegistration onHangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

try
{
    string root = Layout.FindRoot();
    UpOptions? options = UpOptions.Parse(args, root, out string? fault);
    if (options is null)
    {
        Console.Error.WriteLine($"error: {fault}");
        Console.Error.WriteLine(UpOptions.Usage);
        return 2;
    }
    CheckPorts(options.Ports);
    using Layout layout = Layout.Prepare(root, options.Data);
    return options.Once
        ? await Scenario.Run(layout, options, stop.Token)
        : await Show.Run(layout, options, stop.Token);
}
catch (UpFault fault)
{
    Console.Error.WriteLine($"error: {fault.Message}");
    return 2;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine("Stopped.");
    return args.Contains("--once") ? 2 : 0;
}
catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"error: {fault.Message}");
    return 2;
}

void Stop(PosixSignalContext signal)
{
    // The first signal stops everything in order; a second one ends this program at once.
    if (stop.IsCancellationRequested) return;
    signal.Cancel = true;
    stop.Cancel();
}

static void CheckPorts(PortPlan ports)
{
    foreach ((int port, string what, string option) in ((int, string, string)[])
             [
                 (ports.Mqtt, "the bridge's MQTT endpoint", "--mqtt-port"), (ports.Hr, "HR's page", "--hr-port"), (ports.Https, "the bridge's HTTPS", "--https-port"),
                 (ports.Mcu, "the agent's broker", "--mcu-port"), (ports.DingTalk, "the DingTalk stand-in", "--any-port"), (ports.Camera, "the camera stand-in", "--any-port"),
                 (ports.TerminalControl, "the terminal stand-in", "--any-port"),
             ])
    {
        if (port == 0) continue;
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
        }
        catch (SocketException)
        {
            throw new UpFault($"port {port} is taken; {what} needs it. Stop the other program, or choose another port with {option}.");
        }
    }
}
