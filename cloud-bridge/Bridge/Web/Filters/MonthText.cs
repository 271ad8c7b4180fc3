using Devices.Bridge.Web.Time;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Web.Filters;

/// <summary>A month in an address: <c>2026-11</c>.</summary>
public static class MonthText
{
    private static readonly YearMonthPattern Pattern = YearMonthPattern.CreateWithInvariantCulture("uuuu-MM");

    public static string Of(YearMonth month) => Pattern.Format(month);

    /// <summary>The month that is asked for, this month where none is; what is no month is told in <paramref name="problem"/>.</summary>
    public static YearMonth Read(IQueryCollection query, SiteClock clock, out FilterProblem? problem)
    {
        ArgumentNullException.ThrowIfNull(clock);
        problem = null;
        YearMonth now = new(clock.Today.Year, clock.Today.Month);
        if (FilterText.Read(query, "month") is not { } text) return now;
        if (Pattern.Parse(text) is { Success: true, Value: { Year: >= 1971 and < 9999 } month }) return month;
        problem = new("filter.bad_month", text);
        return now;
    }

    /// <summary>So many months on or back.</summary>
    public static YearMonth Plus(YearMonth month, int months)
    {
        LocalDate day = month.OnDayOfMonth(1).PlusMonths(months);
        return new(day.Year, day.Month);
    }
}
