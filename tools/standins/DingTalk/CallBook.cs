using System.Globalization;

namespace Devices.Standins.DingTalk;

/// <summary>What one API was asked and how it answered.</summary>
internal sealed record ApiCount(string Api)
{
    public long Received { get; set; }

    public long Succeeded { get; set; }

    public long Failed { get; set; }

    public long Throttled { get; set; }

    public long Metered { get; set; }

    public string? LastError { get; set; }
}

/// <summary>Counters per API, and the organisation's meter of the calendar month.</summary>
internal sealed class CallBook(IRecordStore store)
{
    private readonly SortedDictionary<string, ApiCount> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _months = new(store.Meter, StringComparer.Ordinal);

    public IEnumerable<ApiCount> Counts => _counts.Values;

    public ApiCount this[string api]
    {
        get
        {
            if (!_counts.TryGetValue(api, out var count))
            {
                _counts[api] = count = new ApiCount(api);
            }

            return count;
        }
    }

    /// <summary>The month of a moment at the organisation's offset, as yyyy-MM.</summary>
    public static string Month(DateTimeOffset now, StandinSettings settings) =>
        now.ToOffset(settings.Offset).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    public long Used(string month) => _months.GetValueOrDefault(month);

    /// <summary>Counts one metered call unless the month's allowance is gone.</summary>
    public bool TryMeter(string month, int limit)
    {
        var used = Used(month);
        if (used >= limit)
        {
            return false;
        }

        _months[month] = used + 1;
        store.AppendMeter(month, used + 1);
        return true;
    }

    public void Clear()
    {
        _counts.Clear();
        _months.Clear();
    }
}
