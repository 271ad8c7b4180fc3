using System.Diagnostics;
using System.Globalization;

namespace Devices.PrivateServers;

/// <summary>
/// A program that goes when this one goes, however that ends: a shell beside it waits for the end of a pipe. What stops this program's whole
/// process group (Ctrl-C, a time limit) reaches neither of them; SIGKILL reaches the program itself.
/// </summary>
public sealed class Kept : IDisposable
{
    // The pipe ends: the program goes, and its folder with it. A word in the pipe before: the folder stays.
    private const string Keeper =
        """
        trap "" TERM INT HUP
        exec 2>/dev/null
        env --default-signal=TERM,INT,HUP,QUIT setsid "$@" >>"$KEPT_LOG" 2>&1 </dev/null & child=$!
        echo $child
        read -r word
        kill -"$KEPT_END" $child; wait $child
        if [ -n "$KEPT_FOLDER" ] && [ -z "$word" ]; then rm -rf "$KEPT_FOLDER"; fi
        """;

    private readonly Process _shell;
    private bool _closed;

    private Kept(Process shell, int id, string log) => (_shell, Id, Log) = (shell, id, log);

    /// <summary>The program's process.</summary>
    public int Id { get; }

    /// <summary>The file that takes all it prints, appended.</summary>
    public string Log { get; }

    /// <summary>Whether it runs; what was killed and not yet waited for does not.</summary>
    public bool Alive => ProcessFiles.Alive(Id);

    /// <summary>Processor time so far, of it and what it has waited for.</summary>
    public TimeSpan Processor => ProcessFiles.Processor(Id);

    /// <summary>Bytes in memory of its own.</summary>
    public long Resident => ProcessFiles.Resident(Id);

    /// <param name="end">The signal that ends it where this program goes.</param>
    /// <param name="folder">What is removed after it, unless <see cref="StopAsync"/> says otherwise.</param>
    public static async Task<Kept> StartAsync(string log, string[] command, IReadOnlyDictionary<string, string>? environment = null, string end = "KILL", string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(command);
        ProcessStartInfo start = new("sh", ["-c", Keeper, "sh", .. command]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        (start.Environment["KEPT_LOG"], start.Environment["KEPT_END"], start.Environment["KEPT_FOLDER"]) = (log, end, folder);
        Process shell = Process.Start(start)!;
        return new(shell, int.Parse((await shell.StandardOutput.ReadLineAsync().ConfigureAwait(false))!, CultureInfo.InvariantCulture), log);
    }

    /// <summary>SIGKILL, and waits until it is gone. What it has started stays.</summary>
    public async Task KillAsync()
    {
        Kill(Id);
        while (Alive) await Task.Delay(5).ConfigureAwait(false);
        Dispose();
    }

    /// <summary>Its ending signal, and waits until it is gone.</summary>
    /// <param name="remove">Whether its folder goes too.</param>
    public async Task StopAsync(bool remove)
    {
        if (!Close(remove)) return;
        await _shell.WaitForExitAsync().ConfigureAwait(false);
        _shell.Dispose();
    }

    public void Dispose()
    {
        if (!Close(remove: true)) return;
        _shell.WaitForExit(10_000);
        _shell.Dispose();
    }

    /// <summary>SIGKILL to any process; nothing where it has ended.</summary>
    internal static void Kill(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException)
        {
            // Gone already.
        }
    }

    private bool Close(bool remove)
    {
        if (_closed) return false;
        _closed = true;
        if (!remove) _shell.StandardInput.WriteLine("stays");
        _shell.StandardInput.Close();
        return true;
    }
}
