namespace Devices.Edge.Ledger.Time;

/// <summary>When this program's source was last known to be current.</summary>
internal static class Build
{
    // A constant, not the compile time: builds are deterministic. Raise it with releases; a terminal's stored floor soon passes it anyway.
    public static readonly long TimeMs = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
}
