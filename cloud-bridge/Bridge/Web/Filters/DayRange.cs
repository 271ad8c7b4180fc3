using Devices.Bridge.Web.Time;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Web.Filters;

/// <summary>Some days in a row, from an address; the last seven where none are asked for.</summary>
public sealed class DayRange
{
    /// <summary>Most days at once.</summary>
    public const int Longest = 31;

    private const int Usual = 7;

    public DayRange(IQueryCollection query, SiteClock clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        LocalDate today = clock.Today;
        Last = Read(query, "to", "filter.bad_to") ?? today;
        First = Read(query, "from", "filter.bad_from") ?? Last.PlusDays(1 - Usual);
        if (First > Last)
        {
            Problem = new("filter.from_after_to", $"{Text(First)} … {Text(Last)}");
            First = Last;
        }

        if (Period.DaysBetween(First, Last) >= Longest)
        {
            Problem = new("filter.too_long", Text(Last.PlusDays(1 - Longest)));
            First = Last.PlusDays(1 - Longest);
        }
    }

    public LocalDate First { get; }
    public LocalDate Last { get; }
    public FilterProblem? Problem { get; private set; }

    /// <summary>Oldest first.</summary>
    public IEnumerable<LocalDate> Days
    {
        get
        {
            for (LocalDate day = First; day <= Last; day = day.PlusDays(1)) yield return day;
        }
    }

    public static string Text(LocalDate day) => LocalDatePattern.Iso.Format(day);

    private LocalDate? Read(IQueryCollection query, string name, string problem)
    {
        if (FilterText.Read(query, name) is not { } text) return null;
        if (SiteClock.TryRead(text, out LocalDateTime time, out bool whole) && whole) return time.Date;
        Problem = new(problem, text);
        return null;
    }
}
