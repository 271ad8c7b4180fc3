using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Devices.Up;

/// <summary>One program of the stack, run as a real process: started, watched, stopped by SIGTERM, or killed by SIGKILL.</summary>
internal sealed partial class Part : IAsyncDisposable
{
    private const int SigTerm = 15, SigStop = 19, SigCont = 18;
    private readonly ProcessStartInfo _start;
    private readonly string _log;
    private Process? _process;
    private Channel<string> _lines = Channel.CreateUnbounded<string>();

    /// <param name="name">What to call it on the screen.</param>
    /// <param name="log">File that takes all it prints, appended.</param>
    public Part(string name, string program, IEnumerable<string> args, string log)
    {
        Name = name;
        _log = log;
        _start = new(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetDirectoryName(log)!,
        };
        foreach (string arg in args) _start.ArgumentList.Add(arg);
        // The parts must not inherit this machine's web settings.
        _start.Environment.Remove("ASPNETCORE_URLS");
        _start.Environment["DOTNET_gcServer"] = "0";
    }

    public string Name { get; }

    /// <summary>What the program finds in its environment beside this program's own, from the next start on.</summary>
    public IDictionary<string, string?> Environment => _start.Environment;

    /// <summary>Called for every line, in order, from the next start on.</summary>
    public Action<string>? Heard { get; set; }

    /// <summary>For the next start: the same program with other arguments.</summary>
    public void ReplaceArguments(IEnumerable<string> args)
    {
        _start.ArgumentList.Clear();
        foreach (string arg in args) _start.ArgumentList.Add(arg);
    }

    /// <summary>The process; null before the first start.</summary>
    public int? Id => _process?.Id;

    public bool Running => _process is { HasExited: false };

    /// <summary>Lines of the last output, for a fault's explanation.</summary>
    public string Tail => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(12)) : "";

    public void Start()
    {
        if (!File.Exists(_start.FileName)) throw new UpFault($"{Name} is not built ({_start.FileName} is missing). Run tools/up, which builds first.");
        Channel<string> lines = _lines = Channel.CreateUnbounded<string>();
        Process process = _process = Process.Start(_start) ?? throw new UpFault($"{Name} could not be started.");
        // A child that waits for input would hang for ever.
        process.StandardInput.Close();
        var gate = new Lock();
        Action<string>? heard = Heard;
        void Take(object _, DataReceivedEventArgs line)
        {
            if (line.Data is null) return;
            lock (gate)
            {
                File.AppendAllText(_log, line.Data + "\n");
                heard?.Invoke(line.Data);
            }
            lines.Writer.TryWrite(line.Data);
        }
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The first line that <paramref name="wanted"/> accepts; lines before it are passed over.</summary>
    /// <exception cref="UpFault">The program ended first, or the time ran out.</exception>
    public async Task<string> WaitForLine(Func<string, bool> wanted, TimeSpan limit, CancellationToken stop)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(limit);
        while (true)
        {
            while (_lines.Reader.TryRead(out string? line))
                if (wanted(line)) return line;
            if (!Running && !_lines.Reader.TryPeek(out _)) throw Ended();
            try
            {
                await Task.WhenAny(_lines.Reader.WaitToReadAsync(timeout.Token).AsTask(), _process!.WaitForExitAsync(timeout.Token)).ConfigureAwait(false);
                if (!Running) await Task.Delay(100, timeout.Token).ConfigureAwait(false);
                timeout.Token.ThrowIfCancellationRequested();
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                throw new UpFault($"{Name} did not get ready within {limit.TotalSeconds:0} s. Its last lines:\n{Tail}");
            }
        }
    }

    public UpFault Ended() => new($"{Name} ended by itself with exit code {_process?.ExitCode}. Its last lines:\n{Tail}");

    /// <summary>Asks it to stop (SIGTERM) and waits; what is still there after <paramref name="limit"/> is killed and said so.</summary>
    /// <returns>Whether it stopped by itself in time.</returns>
    public async Task<bool> Stop(TimeSpan limit)
    {
        if (_process is not { HasExited: false } process) return true;
        _ = SendSignal(process.Id, SigTerm);
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>SIGKILL: no chance to clean up, as when the power goes.</summary>
    public async Task Kill()
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>SIGSTOP: it stands still with everything it holds, as a machine that swaps or a hung disk.</summary>
    public void Freeze() => Signal(SigStop);

    /// <summary>SIGCONT: it goes on where it stood.</summary>
    public void Thaw() => Signal(SigCont);

    private void Signal(int signal)
    {
        if (_process is { HasExited: false } process) _ = SendSignal(process.Id, signal);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop(TimeSpan.FromSeconds(10)).ConfigureAwait(false);
        _process?.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
