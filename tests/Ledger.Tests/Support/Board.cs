using Devices.Edge.Ledger.Time;

namespace Devices.Ledger.Tests.Support;

/// <summary>A board in virtual time: a wall clock that anyone may set, a monotonic clock that only goes on, boots, NTP and RTC.</summary>
internal sealed class Board : TimeProvider, IBootClock, INtpProbe, IRtcProbe
{
    public static readonly long Start = new DateTimeOffset(2026, 11, 2, 0, 30, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    public long TrueMs { get; set; } = Start;
    public long WallOffsetMs { get; set; }
    public long MonotonicMs { get; set; } = 10_000;
    public string BootId { get; private set; } = "boot-1";
    public NtpReading Ntp { get; set; } = NtpReading.No;
    public long? Rtc { get; set; }

    public long WallMs => TrueMs + WallOffsetMs;
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(WallMs);
    public NtpReading Read() => Ntp;
    public long? ReadMs() => Rtc;

    /// <summary>Time passes; the wall clock and the crystal both run right.</summary>
    public void Pass(long ms)
    {
        TrueMs += ms;
        MonotonicMs += ms;
    }

    /// <summary>Power is lost for a while; the monotonic clock begins anew.</summary>
    public void Reboot(string bootId, long offMs = 60_000)
    {
        TrueMs += offMs;
        MonotonicMs = 500;
        BootId = bootId;
    }

    public ClockReading Known(long uncertaintyMs = 5) => ClockReading.Known(TrueMs, MonotonicMs, BootId, uncertaintyMs);
    public ClockReading Unknown() => ClockReading.Unknown(WallMs, MonotonicMs, BootId);
}
