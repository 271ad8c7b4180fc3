using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Devices.Up;

/// <summary>Where a started bridge listens; the password only where this was its first start.</summary>
internal sealed record BridgeAddresses(Uri Hr, Uri Https, int Mqtt, string? OneTimePassword);

/// <summary>How each program of an installation is started and says that it is up, for <c>tools/up</c> and <c>tools/faults</c> alike.</summary>
internal static partial class Launch
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    /// <summary>A stand-in that says "listening on".</summary>
    public static async Task<Uri> Listening(Part part, CancellationToken stop)
    {
        part.Start();
        string line = await part.WaitForLine(l => ListeningLine().IsMatch(l), StartLimit, stop).ConfigureAwait(false);
        return new(ListeningLine().Match(line).Groups[1].Value);
    }

    /// <summary>Starts a bridge and waits for its line "bridge ready".</summary>
    public static async Task<BridgeAddresses> Bridge(Part bridge, CancellationToken stop)
    {
        bridge.Start();
        string? password = null;
        string ready = await bridge.WaitForLine(line =>
        {
            Match found = PasswordLine().Match(line);
            if (found.Success) password = found.Groups[1].Value;
            return ReadyLine().IsMatch(line);
        }, StartLimit, stop).ConfigureAwait(false);
        Match ports = ReadyLine().Match(ready);
        return new(new(ports.Groups["http"].Value), new(ports.Groups["https"].Value),
            int.Parse(ports.Groups["mqtt"].Value.Split(':')[^1].TrimEnd('/'), CultureInfo.InvariantCulture), password);
    }

    /// <summary>Starts an agent and waits until it answers on its socket.</summary>
    public static async Task Agent(Part agent, AgentClient client, CancellationToken stop)
    {
        agent.Start();
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            if (!agent.Running) throw agent.Ended();
            if (await client.Status(stop).ConfigureAwait(false) is not null) return;
            if (Stopwatch.GetElapsedTime(began) > StartLimit) throw new UpFault($"{agent.Name} did not get ready within {StartLimit.TotalSeconds:0} s. Its last lines:\n{agent.Tail}");
            await Task.Delay(100, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Starts the firmware's host build and waits for its line "control".</summary>
    public static async Task<Uri> Mcu(Part mcu, CancellationToken stop)
    {
        mcu.Start();
        string line = await mcu.WaitForLine(l => ControlLine().IsMatch(l), StartLimit, stop).ConfigureAwait(false);
        string address = ControlLine().Match(line).Groups[1].Value;
        // A control socket has no port; its client was given the file.
        return Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) ? uri : new("http://mcu");
    }

    /// <summary>A claim for a new terminal's name, as the technician gets it: CODE@ROOT.</summary>
    public static async Task<string> Claim(Layout layout, string terminal, CancellationToken stop)
    {
        string claim = await Run(layout.Program("Devices.Bridge", "Devices.Bridge"), ["claim", "--data", layout.Bridge, "--terminal", terminal, "--json"], stop).ConfigureAwait(false);
        using JsonDocument json = JsonDocument.Parse(claim[claim.IndexOf('{', StringComparison.Ordinal)..]);
        return json.RootElement.GetProperty("claim").GetString()!;
    }

    /// <summary>Runs a program to its end; its output.</summary>
    /// <exception cref="UpFault">Its exit code was not 0.</exception>
    public static async Task<string> Run(string program, IReadOnlyList<string> args, CancellationToken stop)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })
            ?? throw new UpFault($"{Path.GetFileName(program)} could not be started.");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(stop), errors = process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop).ConfigureAwait(false);
        if (process.ExitCode == 0) return await output.ConfigureAwait(false);
        throw new UpFault($"`{Path.GetFileName(program)} {(args.Count > 0 ? args[0] : "")}` failed with exit code {process.ExitCode}:\n{await output.ConfigureAwait(false)}{await errors.ConfigureAwait(false)}");
    }

    [GeneratedRegex(@"listening on (http://\S+)")]
    private static partial Regex ListeningLine();

    [GeneratedRegex(@"bridge ready http=(?<http>\S+) https=(?<https>\S+) mqtt=(?<mqtt>\S+)")]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"HR one-time password: (\S+)")]
    private static partial Regex PasswordLine();

    [GeneratedRegex(@"control (http://\S+)")]
    private static partial Regex ControlLine();
}
