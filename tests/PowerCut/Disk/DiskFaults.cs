namespace Devices.PowerCut.Disk;

/// <summary>What SQLite asks of a disk.</summary>
public enum DiskCall
{
    Open,
    Read,
    Write,
    Sync,
    Truncate,
    Delete,
}

/// <summary>How a disk fails.</summary>
public enum DiskFaultKind
{
    /// <summary>Writes fail with EIO.</summary>
    Io,

    /// <summary>Writes fail with ENOSPC.</summary>
    Full,

    /// <summary>The first half of a write arrives, the rest fails with ENOSPC.</summary>
    HalfWritten,

    /// <summary>Syncs fail; what was to be synced is still to be written, and a later sync writes it.</summary>
    SyncKeeps,

    /// <summary>Syncs fail, and the kernel forgets what was to be written: later syncs succeed without it (as Linux does, "fsyncgate").</summary>
    SyncDrops,

    /// <summary>Reads fail with EIO.</summary>
    Read,

    /// <summary>Files cannot be opened.</summary>
    Open,

    /// <summary>Files cannot be shortened.</summary>
    Truncate,

    /// <summary>Files cannot be deleted.</summary>
    Delete,

    /// <summary>Nothing works, reading neither: a disk that is gone for a while.</summary>
    Gone,

    /// <summary>Writes and syncs take long.</summary>
    Slow,
}

/// <summary>A fault as it meets one call.</summary>
/// <param name="Error">Whether the call fails.</param>
/// <param name="SlowMs">How long it takes besides.</param>
public readonly record struct DiskFault(DiskFaultKind Kind, bool Error, int SlowMs);

/// <summary>A disk that fails from its <paramref name="at"/>-th call of the kind on (from 1), <paramref name="length"/> times, and then works again.</summary>
public sealed class DiskFaults(DiskFaultKind kind, int at, int length, int slowMs = 2)
{
    private int _calls;
    private int _met;

    public DiskFaultKind Kind => kind;

    /// <summary>Calls of the kind so far.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>How many of them failed, or were slow.</summary>
    public int Met => Volatile.Read(ref _met);

    /// <summary>Whether it will not fail any more.</summary>
    public bool Over => Calls >= at + length - 1;

    /// <summary>Counts a call; what meets it, or null.</summary>
    public DiskFault? Meets(DiskCall call)
    {
        if (!Concerns(call)) return null;
        int n = Interlocked.Increment(ref _calls);
        if (n < at || n - at >= length) return null;
        Interlocked.Increment(ref _met);
        return new(kind, kind != DiskFaultKind.Slow, kind == DiskFaultKind.Slow ? slowMs : 0);
    }

    public override string ToString() => $"{kind} from call {at} on, {length} times";

    private bool Concerns(DiskCall call) => kind switch
    {
        DiskFaultKind.Io or DiskFaultKind.Full or DiskFaultKind.HalfWritten => call == DiskCall.Write,
        DiskFaultKind.SyncKeeps or DiskFaultKind.SyncDrops => call == DiskCall.Sync,
        DiskFaultKind.Read => call == DiskCall.Read,
        DiskFaultKind.Open => call == DiskCall.Open,
        DiskFaultKind.Truncate => call == DiskCall.Truncate,
        DiskFaultKind.Delete => call == DiskCall.Delete,
        DiskFaultKind.Gone => call is DiskCall.Read or DiskCall.Write or DiskCall.Sync or DiskCall.Truncate or DiskCall.Delete,
        _ => call is DiskCall.Write or DiskCall.Sync,
    };
}
