namespace Devices.Edge.Ledger.Time;

/// <summary>The clock that no one can set, and the boot in which it counts.</summary>
public interface IBootClock
{
    /// <summary>Milliseconds since the kernel started; the same for every process of one boot, never going back.</summary>
    long MonotonicMs { get; }

    /// <summary>Identity of this boot.</summary>
    string BootId { get; }
}
