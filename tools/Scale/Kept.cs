using System.Diagnostics;
using System.Globalization;

namespace Devices.Scale;

/// <summary>
/// A program that goes when this one goes, however that ends: a shell beside it waits for the end of a pipe. SIGKILL reaches the program itself.
/// </summary>
internal sealed class Kept : IDisposable
{
    private const string Keeper =
        """
        trap "" TERM INT HUP
        exec 2>/dev/null
        env --default-signal=TERM,INT,HUP,QUIT setsid "$@" >>"$KEPT_LOG" 2>&1 </dev/null & child=$!
        echo $child
        cat >/dev/null
        kill -KILL $child 2>/dev/null; wait $child
        """;

    private readonly Process _shell;

    private Kept(Process shell, int id, string log) => (_shell, Id, Log) = (shell, id, log);

    public int Id { get; }

    public string Log { get; }

    public static async Task<Kept> StartAsync(string log, IReadOnlyDictionary<string, string>? environment, params string[] command)
    {
        ProcessStartInfo start = new("sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["KEPT_LOG"] = log;
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        foreach (string word in (string[])["-c", Keeper, "sh", .. command]) start.ArgumentList.Add(word);
        Process shell = Process.Start(start)!;
        return new(shell, int.Parse((await shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture), log);
    }

    /// <summary>Whether it runs; what was killed and not yet waited for does not.</summary>
    public bool Alive => State() is not (null or 'Z');

    /// <summary>Processor time so far, of it and what it has waited for.</summary>
    public TimeSpan Processor
    {
        get
        {
            string[] fields = Fields();
            return fields.Length < 15 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Bytes in memory of its own.</summary>
    public long Resident => Field("/status", "VmRSS:") * 1024;

    public async Task KillAsync()
    {
        try
        {
            using Process process = Process.GetProcessById(Id);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // Gone already.
        }
        while (Alive) await Task.Delay(5);
        Dispose();
    }

    public void Dispose()
    {
        try
        {
            _shell.StandardInput.Close();
            _shell.WaitForExit(10_000);
        }
        catch (InvalidOperationException)
        {
            // Disposed before.
        }
        _shell.Dispose();
    }

    private char? State() => Fields() is { Length: > 0 } fields ? fields[0][0] : null;

    // Behind the name in brackets: state is the first, utime and stime the 12th and 13th (proc(5)).
    private string[] Fields()
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{Id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    private long Field(string file, string name)
    {
        string line = File.ReadLines($"/proc/{Id}{file}").First(one => one.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
