using Devices.Link;

namespace Devices.Edge.Agent.Mcu;

/// <summary>
/// When the last pongs of this connection went to the MCU. A ping that names one of them was written after it: what lies between, less what the
/// MCU says it waited, is the longest that the ping can have been on its way (the round trip of RFC 5905, section 8, without its halving).
/// </summary>
internal sealed class PongLog
{
    // A ping names the last pong; one or two more for those that pass each other on the way.
    private const int Kept = 4;
    private readonly (long N, long SentMs)[] _sent = new (long, long)[Kept];
    private int _count;

    /// <summary>A new connection: what was sent before says nothing about its words.</summary>
    public void Forget()
    {
        lock (_sent) _count = 0;
    }

    /// <param name="n">The pong's number.</param>
    /// <param name="nowMs">Our monotonic clock before it is sent.</param>
    public void Sent(long n, long nowMs)
    {
        lock (_sent) _sent[_count++ % Kept] = (n, nowMs);
    }

    /// <summary>How long the ping can have been on its way at most, ms; null where it names no pong of this connection.</summary>
    /// <param name="nowMs">Our monotonic clock when it came.</param>
    public long? OnItsWay(PingMessage ping, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(ping);
        if (ping.PongN < 0) return null;
        lock (_sent)
        {
            for (int i = 0; i < Math.Min(_count, Kept); i++)
                if (_sent[i].N == ping.PongN && nowMs - _sent[i].SentMs - ping.SinceMs is >= 0 and var most) return most;
        }
        return null;
    }
}
