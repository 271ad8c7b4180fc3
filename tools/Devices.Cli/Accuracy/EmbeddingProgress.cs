using System.Globalization;
using Devices.Cli.App;

namespace Devices.Cli.Accuracy;

/// <summary>Says on standard error how far the embedding is and how fast: a line that renews itself at a terminal, a line now and then in a log.</summary>
public sealed class EmbeddingProgress(CliHost host, int total)
{
    private static readonly TimeSpan AtTerminal = TimeSpan.FromSeconds(0.5), InLog = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly long _started = host.Clock.GetTimestamp();
    private long _told = host.Clock.GetTimestamp();
    private int _done;
    private int _anew;

    /// <summary>Pictures embedded in this run, not taken from the cache.</summary>
    public int Anew => _anew;

    public TimeSpan Elapsed => host.Clock.GetElapsedTime(_started);

    /// <summary>One more picture is done. Thread-safe.</summary>
    public void Done(int count, bool anew)
    {
        lock (_lock)
        {
            _done = Math.Max(_done, count);
            if (anew) _anew++;
            if (host.Clock.GetElapsedTime(_told) < (host.Interactive ? AtTerminal : InLog)) return;
            _told = host.Clock.GetTimestamp();
            Tell(host.Interactive ? "\r" : "", host.Interactive ? "   " : Environment.NewLine);
        }
    }

    /// <summary>Ends the line that renews itself.</summary>
    public void End()
    {
        if (host.Interactive) Tell("\r", "   " + Environment.NewLine);
    }

    private void Tell(string before, string after)
    {
        double rate = _done / Math.Max(0.001, Elapsed.TotalSeconds);
        TimeSpan left = TimeSpan.FromSeconds(Math.Min(359_999, (total - _done) / Math.Max(0.001, rate)));
        host.Error.Profile.Out.Writer.Write(string.Create(CultureInfo.InvariantCulture, $"{before}{_done:N0} of {total:N0} pictures, {rate:N0} a second, {left:h\\:mm\\:ss} left{after}"));
        host.Error.Profile.Out.Writer.Flush();
    }
}
