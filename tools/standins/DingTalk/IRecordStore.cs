namespace Devices.Standins.DingTalk;

/// <summary>Where recorded punches and the month's meter are kept.</summary>
internal interface IRecordStore : IDisposable
{
    /// <summary>Punches found at start, in arrival order.</summary>
    IReadOnlyList<Punch> Punches { get; }

    /// <summary>Metered calls found at start, by month (yyyy-MM).</summary>
    IReadOnlyDictionary<string, long> Meter { get; }

    void Append(Punch punch);

    void AppendMeter(string month, long used);

    void Clear();
}

/// <summary>Keeps nothing beyond the process.</summary>
internal sealed class MemoryStore : IRecordStore
{
    public IReadOnlyList<Punch> Punches => [];

    public IReadOnlyDictionary<string, long> Meter => new Dictionary<string, long>();

    public void Append(Punch punch)
    {
    }

    public void AppendMeter(string month, long used)
    {
    }

    public void Clear()
    {
    }

    public void Dispose()
    {
    }
}
