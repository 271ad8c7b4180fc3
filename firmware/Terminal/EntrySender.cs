using System;
using Devices.Terminal.Entries;
using Devices.Terminal.Uplink;

namespace Devices.Terminal;

/// <summary>
/// Sends waiting entries: the one of the person who stands there first, then the oldest first, at most <see cref="Window"/>
/// unconfirmed at a time and with a pause between two (M2Mqtt leaks when publishing without pause, nanoframework/Home#816).
/// </summary>
public sealed class EntrySender
{
    public const int Window = 4;

    private const int PauseMs = 20;
    private const int ResendMs = 5000;
    private const int ResendMostMs = 60000;
    private const int StuckAfter = 3;

    private readonly EntryQueue _queue;
    private readonly UplinkSession _session;
    private long _nextMs;

    public EntrySender(EntryQueue queue, UplinkSession session)
    {
        _queue = queue ?? throw new ArgumentNullException(nameof(queue));
        _session = session ?? throw new ArgumentNullException(nameof(session));
    }

    public void Step(string liveId, long nowMs)
    {
        if (!_session.IsUp || _queue.Count == 0 || nowMs < _nextMs)
        {
            return;
        }

        QueuedEntry? entry = liveId.Length > 0 ? _queue.Find(liveId) : null;
        if (entry == null || entry.Sent > 0)
        {
            entry = NextOldest(nowMs);
        }

        if (entry == null)
        {
            return;
        }

        _nextMs = nowMs + PauseMs;
        if (_session.SendRaw(entry.Leaf, entry.Payload, false))
        {
            int wait = ResendMs;
            for (int i = 0; i < entry.Sent && wait < ResendMostMs; i++)
            {
                wait *= 2;
            }

            entry.Sent++;
            entry.NotBeforeMs = nowMs + (wait < ResendMostMs ? wait : ResendMostMs);
        }
    }

    private QueuedEntry? NextOldest(long nowMs)
    {
        int inFlight = 0;
        for (int i = 0; i < _queue.Count; i++)
        {
            QueuedEntry entry = _queue.At(i);
            if (entry.NotBeforeMs <= nowMs)
            {
                return entry;
            }

            // An entry that the board never answers must not hold up those behind it for ever.
            if (entry.Sent > 0 && entry.Sent <= StuckAfter && ++inFlight == Window)
            {
                return null;
            }
        }

        return null;
    }
}
