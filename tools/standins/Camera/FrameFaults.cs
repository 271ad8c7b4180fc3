namespace Devices.Standins.Camera;

/// <summary>Faults waiting to hit frames, in the order they were asked for.</summary>
internal sealed class FrameFaults
{
    private readonly Lock _gate = new();
    private readonly Queue<(FrameFaultKind Kind, int Left)> _waiting = new();
    private byte[]? _last;
    private long _hit;

    /// <summary>Frames hit since start.</summary>
    public long Hit => Interlocked.Read(ref _hit);

    public IReadOnlyList<FrameFaultRequest> Waiting
    {
        get
        {
            lock (_gate)
            {
                return [.. _waiting.Select(f => new FrameFaultRequest(f.Kind, f.Left))];
            }
        }
    }

    /// <exception cref="BadInputException">The number of frames is not usable.</exception>
    public void Add(FrameFaultRequest request)
    {
        if (request.Frames is < 1 or > 100_000)
        {
            throw new BadInputException("frames must be from 1 to 100000.");
        }

        lock (_gate)
        {
            _waiting.Enqueue((request.Kind, request.Frames));
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _waiting.Clear();
        }
    }

    /// <summary>The frame as it leaves the camera, or null when none does.</summary>
    public byte[]? Apply(byte[] frame)
    {
        if (Take() is not { } kind)
        {
            _last = frame;
            return frame;
        }

        var number = Interlocked.Increment(ref _hit);
        return kind switch
        {
            FrameFaultKind.Drop => null,
            FrameFaultKind.Freeze => _last ?? frame,
            FrameFaultKind.Truncated => frame[..(frame.Length / 2)],
            _ => Corrupt(frame, number),
        };
    }

    private FrameFaultKind? Take()
    {
        lock (_gate)
        {
            if (!_waiting.TryPeek(out var first))
            {
                return null;
            }

            _waiting.Dequeue();
            if (first.Left > 1)
            {
                // A queue cannot change its head; those behind it keep their order.
                var behind = _waiting.ToArray();
                _waiting.Clear();
                _waiting.Enqueue((first.Kind, first.Left - 1));
                foreach (var fault in behind)
                {
                    _waiting.Enqueue(fault);
                }
            }

            return first.Kind;
        }
    }

    /// <summary>Odd ones lose their beginning to zeros; even ones keep it and lose their tables.</summary>
    private static byte[] Corrupt(byte[] frame, long number)
    {
        var damaged = (byte[])frame.Clone();
        var from = number % 2 == 1 ? 0 : 2;
        damaged.AsSpan(from, Math.Min(damaged.Length - from - 2, 600)).Clear();
        return damaged;
    }
}
