namespace Devices.Terminal.Uplink;

/// <summary>
/// Waiting times between connection attempts: 0.5 s doubled up to 30 s, each drawn between half and the whole ("equal jitter"),
/// so that all terminals of a site do not return in the same moment.
/// </summary>
public sealed class Backoff
{
    private const int FirstMs = 500;
    private const int LongestMs = 30000;

    private int _nextMs = FirstMs;

    /// <summary>The next waiting time in ms.</summary>
    public int Next(int random)
    {
        int whole = _nextMs;
        _nextMs = whole >= LongestMs / 2 ? LongestMs : whole * 2;
        int half = whole / 2;
        return half + ((random & 0x7FFFFFFF) % (half + 1));
    }

    /// <summary>The board answered: start small again.</summary>
    public void Reset()
    {
        _nextMs = FirstMs;
    }
}
