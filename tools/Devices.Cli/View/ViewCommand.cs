using System.Globalization;
using Devices.Cli.App;
using Devices.Cli.Terminal;
using Spectre.Console;

namespace Devices.Cli.View;

/// <summary><c>devices view</c>: the camera's live picture with what recognition makes of it, in a browser, for whoever adjusts the mount.</summary>
public sealed class ViewCommand(IAnsiConsole console, CliHost host) : CliCommand<ViewSettings>(console, host)
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    protected override async Task<ExitCode> RunAsync(ViewSettings settings, Output output, CancellationToken cancellationToken)
    {
        if (settings.Port is < 0 or > 65535) throw new CliException(ExitCodes.Usage, $"--port {settings.Port} must be 0 to 65535.");
        if (settings.Minutes is < 1 or > 480) throw new CliException(ExitCodes.Usage, $"--minutes {settings.Minutes} must be 1 to 480.");
        using var agent = new AgentClient(Path.GetFullPath(settings.Agent, Host.WorkingDirectory));
        using var lease = new ViewLease(agent, Account(), Host.Clock);
        var gate = new ViewGate();
        await using ViewListener listener = await ViewListener.StartAsync(agent, lease, gate, settings.Port, TimeSpan.FromMinutes(settings.Minutes), Host.Clock);
        // Only now: a port that is taken opens no view, and nobody is told of one.
        await lease.OpenAsync(cancellationToken);
        string address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{listener.Port}/?token={gate.Token}");
        output.Json(new ViewReport(address, listener.Port, settings.Minutes), CliJson.Default.ViewReport);
        output.Say($"Open in a browser on this machine: {address}");
        output.Say($"From another computer, first run there: ssh -N -L {listener.Port}:127.0.0.1:{listener.Port} {Board()}");
        output.Say($"The address works once, for one browser. Opening was logged and reported, since people's faces are seen. Ctrl-C closes the view, as do {settings.Minutes} minutes without use.");

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task keeping = lease.KeepAsync(end.Token);
        try
        {
            while (listener.Left > TimeSpan.Zero)
            {
                TimeSpan left = listener.Left;
                await Task.Delay(left < TimeSpan.FromSeconds(1) ? left + TimeSpan.FromMilliseconds(10) : TimeSpan.FromSeconds(1), Host.Clock, cancellationToken);
            }

            listener.End();
            if (listener.IsWatched) await Task.Delay(Farewell, Host.Clock, cancellationToken);
            output.Say($"Nobody used the view for {settings.Minutes} minutes; it is closed.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The usual way to end it.
            output.Say("The view is closed.");
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAny(keeping);
        }

        return ExitCodes.Ok;
    }

    // For the agent's log only; under sudo the person who typed it.
    private static string Account() => Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } person ? person : Environment.UserName;

    // As ssh knows this machine: user@address.
    private static string Board()
    {
        string[] connection = (Environment.GetEnvironmentVariable("SSH_CONNECTION") ?? "").Split(' ');
        return $"{Account()}@{(connection.Length == 4 ? connection[2] : Environment.MachineName)}";
    }
}
