using System.Globalization;
using Devices.Bridge.Attendance;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Time;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Web.Filters;

/// <summary>What of a day the board shows.</summary>
public enum BoardShow
{
    /// <summary>Missing, late, left early, incomplete, held.</summary>
    Attention,
    Missing,
    Late,
    Early,
    Seen,
    NotDue,
    All,
}

/// <summary>The board's address: day, department, site, which people, page. What cannot be used gets a sentence and is left out.</summary>
public sealed class BoardFilters
{
    private readonly List<FilterProblem> _problems = [];

    private readonly BoardShow _usual;

    /// <param name="shifts">Whether anybody has a shift; where nobody has one, nobody is late or missing.</param>
    public BoardFilters(IQueryCollection query, SiteClock clock, bool shifts)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(clock);
        Day = clock.Today;
        if (FilterText.Read(query, "day") is { } day)
        {
            if (SiteClock.TryRead(day, out LocalDateTime time, out bool whole) && whole) Day = time.Date;
            else _problems.Add(new("filter.bad_day", day));
        }

        IsToday = Day == clock.Today;
        if (FilterText.Read(query, "department") is { } department)
        {
            if (long.TryParse(department, NumberStyles.None, CultureInfo.InvariantCulture, out long id)) Department = id;
            else _problems.Add(new("filter.bad_department", department));
        }

        Site = query.ContainsKey("site") && query["site"].ToString() is { Length: <= 100 } site && site != "*" ? site.Trim() : null;
        Show = _usual = shifts ? BoardShow.Attention : BoardShow.Seen;
        if (FilterText.Read(query, "show") is { } show)
        {
            if (FilterText.Choice(show, out BoardShow read)) Show = read;
            else _problems.Add(new("filter.bad_show", show));
        }

        Page = FilterText.Page(query, _problems);
        Live = query[LiveRequests.Query] == "1";
    }

    /// <summary>Whether somebody without script asked that the page load itself again.</summary>
    public bool Live { get; }

    /// <summary>The address that does so.</summary>
    public string LiveAddress => Address(page: Page) is var plain && plain.Contains('?', StringComparison.Ordinal) ? $"{plain}&{LiveRequests.Query}=1" : $"{plain}?{LiveRequests.Query}=1";

    public LocalDate Day { get; }
    public bool IsToday { get; }
    public long? Department { get; }

    /// <summary>Null for all; empty for the main site, which has no name.</summary>
    public string? Site { get; }
    public BoardShow Show { get; }
    public int Page { get; }
    public IReadOnlyList<FilterProblem> Problems => _problems;

    /// <summary>The board of another day, list or page with the rest as it is.</summary>
    public string Address(LocalDate? day = null, BoardShow? show = null, int page = 1, long? department = null, string? site = null)
    {
        List<string> parts = [];
        if (day is { } other || !IsToday) parts.Add($"day={LocalDatePattern.Iso.Format(day ?? Day)}");
        if ((department ?? Department) is { } id) parts.Add(string.Create(CultureInfo.InvariantCulture, $"department={id}"));
        if ((site ?? Site) is { } place) parts.Add($"site={Uri.EscapeDataString(place)}");
        if ((show ?? Show) is var list && list != _usual) parts.Add($"show={Names.Lower(list)}");
        if (page > 1) parts.Add(string.Create(CultureInfo.InvariantCulture, $"page={page}"));
        return parts.Count == 0 ? "/" : "/?" + string.Join('&', parts);
    }

    /// <summary>Whether a person of the day is in the list.</summary>
    public bool Lists(PersonDay one)
    {
        ArgumentNullException.ThrowIfNull(one);
        return Show switch
        {
            BoardShow.Attention => one.Remarkable,
            BoardShow.Missing => one.Standing == Standing.Missing,
            BoardShow.Late => one.Standing == Standing.Late,
            BoardShow.Early => one.Early,
            BoardShow.Seen => one.Seen is not null,
            BoardShow.NotDue => one.Standing == Standing.NotDue,
            _ => true,
        };
    }
}
