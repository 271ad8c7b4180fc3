using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Alerts;

/// <summary>The site's hours in which only urgent alerts are told; over midnight where the end lies before the start.</summary>
public readonly record struct QuietHours(LocalTime Start, LocalTime End)
{
    private static readonly LocalTimePattern Pattern = LocalTimePattern.Create("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Reads <c>22:00-07:00</c>.</summary>
    public static bool TryParse(string text, out QuietHours hours)
    {
        ArgumentNullException.ThrowIfNull(text);
        hours = default;
        if (text.Split('-', StringSplitOptions.TrimEntries) is not [var start, var end]) return false;
        ParseResult<LocalTime> from = Pattern.Parse(start), until = Pattern.Parse(end);
        if (!from.Success || !until.Success || from.Value == until.Value) return false;
        hours = new(from.Value, until.Value);
        return true;
    }

    /// <summary>Start inclusive, end exclusive.</summary>
    public bool Contains(LocalTime time) => Start < End ? time >= Start && time < End : time >= Start || time < End;
}
