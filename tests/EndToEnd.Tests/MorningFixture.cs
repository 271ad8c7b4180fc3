using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Devices.EndToEnd.Tests;

/// <summary>
/// Runs <c>tools/up --once --stay</c>'s program once for all tests here: the scenario with real processes, then the same
/// installation left standing for the browser. Disposed by SIGINT, as a person would.
/// </summary>
public sealed partial class MorningFixture : IAsyncLifetime
{
    private const int SigInt = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);
    private readonly List<string> _lines = [];
    private readonly TaskCompletionSource _standing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    public static string Root { get; } = FindRoot();

    /// <summary>Where screenshots and logs are kept for a person to look at.</summary>
    public static string Artefacts { get; } = Directory.CreateDirectory(Path.Combine(Root, "artifacts", "test-results", "screenshots")).FullName;

    /// <summary>This run's files.</summary>
    public string Data { get; } = Path.Combine(Path.GetTempPath(), $"up-{Guid.NewGuid():N}"[..11]);

    public string Output
    {
        get { lock (_lines) return string.Join('\n', _lines); }
    }

    public Uri Hr { get; private set; } = null!;

    public string Password { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        string program = Path.Combine(Root, "artifacts", "bin", "Devices.Up", "release", "devices-up");
        _process = Process.Start(new ProcessStartInfo(program, ["--once", "--stay", "--any-port", "--data", Data]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += Take;
        _process.ErrorDataReceived += Take;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Task ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(_standing.Task, ended, Task.Delay(Limit)) != _standing.Task)
            throw new InvalidOperationException($"The scenario did not come to its end within {Limit.TotalMinutes:0} minutes (exited: {ended.IsCompleted}). It printed:\n{Output}");
        Match found = LogIn().Match(Output);
        Hr = new(found.Groups[1].Value);
        Password = found.Groups[2].Value;
    }

    /// <summary>Sends SIGINT (Ctrl-C) and waits; the exit code.</summary>
    public async Task<int> Interrupt()
    {
        _ = SendSignal(_process!.Id, SigInt);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            try { await Interrupt(); }
            catch (OperationCanceledException) { _process.Kill(entireProcessTree: true); }
        }
        _process?.Dispose();
        await File.WriteAllTextAsync(Path.Combine(Artefacts, "..", "morning.log"), Output);
        string logs = Path.Combine(Data, "logs");
        if (Directory.Exists(logs))
            foreach (string log in Directory.EnumerateFiles(logs)) File.Copy(log, Path.Combine(Artefacts, "..", "morning-" + Path.GetFileName(log)), overwrite: true);
        if (Directory.Exists(Data)) Directory.Delete(Data, recursive: true);
    }

    private void Take(object _, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (_lines) _lines.Add(line.Data);
        if (line.Data.StartsWith("Staying;", StringComparison.Ordinal)) _standing.TrySetResult();
    }

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Devices.sln"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("Devices.sln is not above the test program.");
    }

    [GeneratedRegex(@"HR's page: (\S+) user hr password (\S+)")]
    private static partial Regex LogIn();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}

/// <summary>One morning for all tests of this program.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Morning : ICollectionFixture<MorningFixture>
{
    public const string Name = "morning";
}
