using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Devices.FleetLoad.Machine;

/// <summary>A program that this run started: its lines, its log, its end by SIGTERM.</summary>
internal sealed partial class Child : IAsyncDisposable
{
    private const int SigTerm = 15, SigKill = 9;

    private readonly Process _process;
    private readonly string _name;
    private readonly string _log;

    private Child(Process process, string name, string log) => (_process, _name, _log) = (process, name, log);

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <param name="log">Takes its standard error, for whoever looks at a run that failed.</param>
    /// <param name="lines">Its standard output, line by line.</param>
    public static Child Start(string name, string program, IEnumerable<string> arguments, string log, Action<string> lines)
    {
        bool managed = program.EndsWith(".dll", StringComparison.Ordinal);
        ProcessStartInfo start = new(managed ? "dotnet" : program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        if (managed) start.ArgumentList.Add(program);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        Process process = Process.Start(start) ?? throw new LoadFault($"{name} could not be started.");
        process.StandardInput.Close();
        Child child = new(process, name, log);
        _ = child.CopyAsync();
        _ = child.LinesAsync(lines);
        return child;
    }

    /// <summary>SIGTERM, and the exit code; SIGKILL after a minute.</summary>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited) _ = Kill(_process.Id, SigTerm);
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _ = Kill(_process.Id, SigKill);
            await _process.WaitForExitAsync();
        }

        return _process.ExitCode;
    }

    /// <summary>The last lines of its log.</summary>
    public string Tail() => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(8)) : "";

    public LoadFault Ended() => new($"{_name} ended by itself (exit code {(_process.HasExited ? _process.ExitCode : -1)}). Its last lines:\n{Tail()}");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await StopAsync();
        _process.Dispose();
    }

    // A log in one piece and not line by line: the bridge's lines of a thousand batches a second cost what they cost there, not here.
    private async Task CopyAsync()
    {
        await using FileStream to = new(_log, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        await _process.StandardError.BaseStream.CopyToAsync(to);
    }

    private async Task LinesAsync(Action<string> lines)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line) lines(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
