using Devices.Cli.App;

namespace Devices.Cli.Accuracy;

/// <summary>How far the embedding is, and how many pictures it embedded anew. Thread-safe.</summary>
public sealed class EmbeddingProgress(CliHost host, int total)
{
    private readonly Pace _pace = new(host, "pictures", total);
    private int _anew;

    /// <summary>Pictures embedded in this run, not taken from the cache.</summary>
    public int Anew => _anew;

    public TimeSpan Elapsed => _pace.Elapsed;

    /// <summary>One more picture is done.</summary>
    public void Done(int count, bool anew)
    {
        if (anew) Interlocked.Increment(ref _anew);
        _pace.Done(count);
    }

    /// <summary>Ends the line that renews itself.</summary>
    public void End() => _pace.End();
}
