namespace Devices.Standins.DingTalk;

/// <summary>A fault that is in force, with what it did so far.</summary>
internal sealed record Fault(int Id, FaultRequest Request)
{
    private readonly Random _dice = new(Request.Seed);
    private int _skipped;

    public long Fired { get; private set; }

    public int? Left { get; private set; } = Request.Count;

    public bool Matches(string api) =>
        Request.Kind != FaultKind.ClockShift && FaultRequest.ConcernsEvents(Request.Kind) == api.StartsWith("event/", StringComparison.Ordinal)
        && (Request.Kind == FaultKind.LostAck ? api != "event/stream" : api != "event/ack")
        && (Request.Api is null || string.Equals(Request.Api.TrimStart('/'), api, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether it hits this matching call; a dice is thrown for each.</summary>
    public bool Take()
    {
        if (_skipped < Request.Skip)
        {
            _skipped++;
            return false;
        }

        if (Left == 0 || (Request.Probability is { } chance && Chance() >= chance))
        {
            return false;
        }

        Left--;
        Fired++;
        return true;
    }

#pragma warning disable CA5394 // Test dice: they must repeat, not be unpredictable.
    private double Chance() => _dice.NextDouble();
#pragma warning restore CA5394
}
