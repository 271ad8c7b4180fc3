using System.Globalization;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>A clock that stands somewhere else and runs on as the real one does; it can be moved.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _shift;

    /// <param name="start">Site time of Shanghai, as <c>2026-09-16 12:00</c>.</param>
    public ShiftedClock(string start) => Set(start);

    public static long At(string local) =>
        new DateTimeOffset(DateTime.ParseExact(local, ["yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"], CultureInfo.InvariantCulture), TimeSpan.FromHours(8)).ToUnixTimeMilliseconds();

    public void Set(string local) => Volatile.Write(ref _shift, (DateTimeOffset.FromUnixTimeMilliseconds(At(local)) - DateTimeOffset.UtcNow).Ticks);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + TimeSpan.FromTicks(Volatile.Read(ref _shift));
}
