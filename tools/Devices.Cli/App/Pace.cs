using System.Globalization;
using Devices.Cli.Models;

namespace Devices.Cli.App;

/// <summary>
/// Says on standard error how far something long is, how fast, and how long it still takes: a line that renews itself at a terminal, a line now and
/// then in a log, nothing for what is over at once. Thread-safe.
/// </summary>
/// <param name="unit">What is counted, as <c>pictures</c>; null counts bytes.</param>
/// <param name="total">0 where nobody knows it: then only how much and how fast.</param>
public sealed class Pace(CliHost host, string? unit, long total)
{
    private static readonly TimeSpan AtTerminal = TimeSpan.FromSeconds(0.5), InLog = TimeSpan.FromSeconds(10), Look = TimeSpan.FromSeconds(0.5);
    private readonly Lock _lock = new();
    private readonly long _started = host.Clock.GetTimestamp();
    private long _told = host.Clock.GetTimestamp();
    private long _done;
    private long _first = -1;
    private bool _shown;

    public TimeSpan Elapsed => host.Clock.GetElapsedTime(_started);

    /// <summary>So much is done in all; what was there at the first call does not count for the rate.</summary>
    public void Done(long count)
    {
        lock (_lock)
        {
            if (_first < 0) _first = unit is null ? count : 0;
            _done = Math.Max(_done, count);
            if (host.Clock.GetElapsedTime(_told) < (host.Interactive ? AtTerminal : InLog)) return;
            _told = host.Clock.GetTimestamp();
            _shown = true;
            Tell(host.Interactive ? "\r" : "", host.Interactive ? "   " : Environment.NewLine);
        }
    }

    /// <summary>Ends the line that renews itself.</summary>
    public void End()
    {
        lock (_lock)
            if (host.Interactive && _shown) Tell("\r", "   " + Environment.NewLine);
    }

    /// <summary>Runs something that does not tell how far it is, and looks at what it has made meanwhile.</summary>
    public async Task<T> WatchAsync<T>(Task<T> work, Func<long> made)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(made);
        while (await Task.WhenAny(work, Task.Delay(Look)) != work)
        {
            try
            {
                Done(made());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Renamed at this moment.
            }
        }

        End();
        return await work;
    }

    /// <summary>Bytes of a file, or of all files below a folder; 0 where there is none.</summary>
    public static long Size(string path) =>
        File.Exists(path) ? new FileInfo(path).Length : Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) : 0;

    private void Tell(string before, string after)
    {
        double rate = (_done - Math.Max(0, _first)) / Math.Max(0.001, Elapsed.TotalSeconds);
        string left = "";
        if (total > 0 && _done <= total)
        {
            TimeSpan time = TimeSpan.FromSeconds(Math.Min(359_999, (total - _done) / Math.Max(0.001, rate)));
            left = string.Create(CultureInfo.InvariantCulture, $", {time:h\\:mm\\:ss} left");
        }

        string line = unit is null
            ? $"{Sizes.Text(_done)}{(total > 0 ? " of " + Sizes.Text(Math.Max(total, _done)) : "")}, {Sizes.Text((long)rate)} a second{left}"
            : string.Create(CultureInfo.InvariantCulture, $"{_done:N0}{(total > 0 ? $" of {total:N0}" : "")} {unit}, {rate:0.#} a second{left}");
        host.Error.Profile.Out.Writer.Write(before + line + after);
        host.Error.Profile.Out.Writer.Flush();
    }
}
