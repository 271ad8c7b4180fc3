using System.Globalization;
using Devices.Edge.Ledger.Store;

namespace Devices.Edge.Agent.Punching;

/// <summary>
/// Sends events up, at most one a kind in each span: a poster on the wall opposite must not fill the bridge. What was held back is counted
/// in the next one. A disk that takes nothing is no fault here: the event is counted as held back. Thread-safe.
/// </summary>
public sealed class EventGate(EventOutbox queue, TimeSpan span, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long At, int HeldBack)> _last = new(StringComparer.Ordinal);

    /// <summary>Sends, or counts. True where it was sent.</summary>
    public bool Offer(string kind, string text, bool security = false)
    {
        (long At, int HeldBack) last;
        lock (_gate)
        {
            if (_last.TryGetValue(kind, out last) && time.GetElapsedTime(last.At) < span)
            {
                _last[kind] = (last.At, last.HeldBack + 1);
                return false;
            }

            _last[kind] = (time.GetTimestamp(), 0);
            if (last.HeldBack > 0) text = string.Create(CultureInfo.InvariantCulture, $"{text} ({last.HeldBack} more of this kind since the last report.)");
        }

        try
        {
            queue.Add(kind, text, security);
            return true;
        }
        catch (LedgerException)
        {
            // The disk takes nothing: screen and log have said what there was to say, and whoever stands there must still get an answer.
            lock (_gate) _last[kind] = (time.GetTimestamp(), last.HeldBack + 1);
            return false;
        }
    }
}
