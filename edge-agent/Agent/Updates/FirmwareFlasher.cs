using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Devices.Contract.Updates;
using Devices.Edge.Agent.Hosting;
using Devices.Contract.Messages;

namespace Devices.Edge.Agent.Updates;

/// <summary>
/// Writes the controller's firmware by the <c>devices</c> tool (<c>flash write --json</c>), which checks everything before it erases and proves each piece; then waits for the
/// controller itself to say which version it runs. If it does not, what was written last before is written back.
/// </summary>
public sealed class FirmwareFlasher : IFlasher
{
    private static readonly TimeSpan WriteLimit = TimeSpan.FromMinutes(15);
    private readonly string _tool, _port, _folder, _chip;
    private readonly Func<string?> _running;
    private readonly Narration _narration;
    private readonly TimeProvider _time;
    private readonly TimeSpan _wait;

    public FirmwareFlasher(string tool, string port, string chip, string state, Func<string?> running, Narration narration, TimeProvider time, TimeSpan? wait = null) =>
        (_tool, _port, _chip, _folder, _running, _narration, _time, _wait) = (tool, port, chip, Path.Combine(state, "updates", "firmware"), running, narration, time, wait ?? TimeSpan.FromMinutes(3));

    private string Now => Path.Combine(_folder, "new");

    private string Last => Path.Combine(_folder, "last");

    private string FailedFile => Path.Combine(_folder, "failed.json");

    /// <summary>Null where the configuration names no tool or port.</summary>
    public static FirmwareFlasher? Of(AgentOptions options, Func<string?> running, Narration narration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options is { UpdateFlasher: { } tool, UpdateMcuPort: { } port } ? new(tool, port, options.UpdateChip, options.State, running, narration, time) : null;
    }

    public string? Running() => _running();

    public string? Failed(string version)
    {
        BadVersion? bad = new LinuxUpdateDisk().Read(FailedFile, UpdateJson.Default.ListBadVersion)?.LastOrDefault(one => one.Version == version);
        return bad?.Text;
    }

    public void Forgive() => new LinuxUpdateDisk().Delete(FailedFile);

    public async Task<string?> RunAsync(UpdateTarget target, Stream package, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        LinuxUpdateDisk disk = new();
        disk.DeleteTree(Now);
        disk.Ensure(Now);
        PackageArchive.Extract(package, target, (file, stream) =>
        {
            string path = Path.Combine(Now, file.Path);
            disk.Ensure(Path.GetDirectoryName(path)!);
            using FileStream to = File.Create(path);
            stream.CopyTo(to);
        }, cancellationToken);
        string? fault = await WriteAsync(Now, cancellationToken).ConfigureAwait(false) ?? await HeardAsync(target.Version, cancellationToken).ConfigureAwait(false);
        if (fault is null)
        {
            disk.DeleteTree(Last);
            Directory.Move(Now, Last);
            return null;
        }

        string told = $"Firmware {target.Version} is not kept: {fault}";
        List<BadVersion> failed = [.. disk.Read(FailedFile, UpdateJson.Default.ListBadVersion) ?? [], new BadVersion("mcu", target.Version, UpdateCodes.Unhealthy, told, 1)];
        disk.Ensure(_folder);
        disk.Write(FailedFile, [.. failed.TakeLast(16)], UpdateJson.Default.ListBadVersion);
        if (!Directory.Exists(Last)) return $"{told} There is no earlier firmware here that could be written back.";
        string? back = await WriteAsync(Last, cancellationToken).ConfigureAwait(false);
        return back is null ? $"{told} The one before it was written back." : $"{told} The one before it could not be written back: {back}";
    }

    private async Task<string?> WriteAsync(string folder, CancellationToken cancellationToken)
    {
        _narration.Tell("mcu", "The controller's firmware is being written; cards wait until it is back.");
        string[] runtime = Directory.Exists(Path.Combine(folder, "runtime")) ? ["--runtime", Path.Combine(folder, "runtime")] : [];
        ProcessStartInfo info = new(_tool, ["flash", "write", .. runtime, "--app", Path.Combine(folder, "app.bin"), "--port", _port, "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(info)!;
            Task<string> said = process.StandardOutput.ReadToEndAsync(cancellationToken);
            _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
            using CancellationTokenSource late = new(WriteLimit, _time);
            // Not ended with the agent's stop: a flash that is half written helps nobody, and the tool goes on where it was.
            try
            {
                await process.WaitForExitAsync(late.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return $"the tool was not done within {WriteLimit.TotalMinutes:0} minutes.";
            }

            return process.ExitCode == 0 ? null : Reason(await said.ConfigureAwait(false), process.ExitCode);
        }
        catch (Exception fault) when (fault is Win32Exception or IOException)
        {
            return $"{_tool} cannot be started ({fault.Message}).";
        }
    }

    private async Task<string?> HeardAsync(string version, CancellationToken cancellationToken)
    {
        long begin = _time.GetTimestamp();
        while (_time.GetElapsedTime(begin) < _wait)
        {
            if (_running() == version) return null;
            await Task.Delay(TimeSpan.FromMilliseconds(500), _time, cancellationToken).ConfigureAwait(false);
        }

        return $"after {_wait.TotalMinutes:0.#} minutes the controller says that it runs {_running() ?? "nothing"} ({_chip}).";
    }

    internal static string Reason(string json, int code)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(JsonLetters.Whole(json));
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object
                && error.TryGetProperty("message", out JsonElement message) && message is { ValueKind: JsonValueKind.String }) return message.GetString()!;
        }
        catch (JsonException)
        {
            // Said below.
        }

        return $"the tool ended with {code}.";
    }
}
