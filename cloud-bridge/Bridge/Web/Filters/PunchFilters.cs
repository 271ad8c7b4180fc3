using System.Globalization;
using System.Text;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Time;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Web.Filters;

/// <summary>A filter value that cannot be used: the page says so and leaves that filter out.</summary>
/// <param name="Key">Key of the sentence.</param>
/// <param name="Value">What was given, shortened.</param>
public sealed record FilterProblem(string Key, string Value);

/// <summary>The filters in an address, as typed and as understood. The page, the CSV and links share this one reading.</summary>
public sealed class PunchFilters
{
    /// <summary>How the main site, whose name is empty, stands in an address.</summary>
    public const string MainSite = "-";

    private const int LongestText = 100;

    private readonly List<FilterProblem> _problems = [];

    private PunchFilters(IQueryCollection query, SiteClock clock)
    {
        Person = Read(query, "person");
        Department = Read(query, "department");
        Terminal = Read(query, "terminal");
        Site = Read(query, "site");
        Method = Read(query, "method");
        State = Read(query, "state");
        From = Read(query, "from");
        To = Read(query, "to");
        Filter = new()
        {
            Person = Person,
            Department = ReadDepartment(),
            Terminal = ReadTerminal(),
            // "-" is the main site, whose name is empty.
            Site = Site == MainSite ? SiteScope.MainSite : Site,
            Method = ReadChoice<PunchMethod>(Method, "filter.bad_method"),
            State = ReadChoice<DeliveryState>(State, "filter.bad_state"),
            From = ReadTime(From, "filter.bad_from", clock.Start),
            To = ReadTime(To, "filter.bad_to", clock.End),
        };
        if (Filter.From >= Filter.To) _problems.Add(new("filter.from_after_to", $"{From} … {To}"));
        Cursor = ReadCursor(Read(query, "at"));
    }

    public string? Person { get; }
    public string? Department { get; }
    public string? Terminal { get; }

    /// <summary>A site's name; <see cref="MainSite"/> for the main one.</summary>
    public string? Site { get; }
    public string? Method { get; }
    public string? State { get; }
    public string? From { get; }
    public string? To { get; }

    /// <summary>Beside which punch the page begins; null for the first page.</summary>
    public PunchCursor? Cursor { get; }

    /// <summary>What the store is asked for.</summary>
    public PunchFilter Filter { get; }

    /// <summary>What could not be used.</summary>
    public IReadOnlyList<FilterProblem> Problems => _problems;

    /// <summary>Whether any filter is set.</summary>
    public bool Any => Person is not null || Department is not null || Terminal is not null || Site is not null || Method is not null || State is not null || From is not null || To is not null;

    /// <summary>Reads an address's filters. Never throws: what cannot be used is in <see cref="Problems"/>.</summary>
    public static PunchFilters Parse(IQueryCollection query, SiteClock clock)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(clock);
        return new(query, clock);
    }

    /// <summary>The same filters on another path or page.</summary>
    public string Address(string path, PunchCursor? cursor = null)
    {
        StringBuilder text = new(path);
        char separator = '?';
        foreach (var (name, value) in ((string, string?)[])[("person", Person), ("department", Department), ("terminal", Terminal), ("site", Site), ("method", Method),
            ("state", State), ("from", From), ("to", To), ("at", cursor?.ToString())])
        {
            if (value is null) continue;
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return text.ToString();
    }

    private static string? Read(IQueryCollection query, string name) =>
        query[name].ToString().Trim() is { Length: > 0 } value ? value.Length > LongestText ? value[..LongestText] : value : null;

    private long? ReadDepartment()
    {
        if (Department is null) return null;
        if (long.TryParse(Department, NumberStyles.None, CultureInfo.InvariantCulture, out long id)) return id;
        _problems.Add(new("filter.bad_department", Department));
        return null;
    }

    private string? ReadTerminal()
    {
        if (Terminal is null || PunchRules.IsTerminalName(Terminal)) return Terminal;
        _problems.Add(new("filter.bad_terminal", Terminal));
        return null;
    }

    private T? ReadChoice<T>(string? text, string problem)
        where T : struct, Enum
    {
        if (text is null) return null;
        // A number would parse too, and mean nothing to the person who reads the address.
        if (char.IsAsciiLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value)) return value;
        _problems.Add(new(problem, text));
        return null;
    }

    private long? ReadTime(string? text, string problem, Func<LocalDateTime, bool, long> turn)
    {
        if (text is null) return null;
        if (SiteClock.TryRead(text, out LocalDateTime time, out bool wholeDay)) return turn(time, wholeDay);
        _problems.Add(new(problem, text));
        return null;
    }

    private PunchCursor? ReadCursor(string? text)
    {
        if (text is null) return null;
        PunchCursor? cursor = PunchCursor.Parse(text);
        if (cursor is null) _problems.Add(new("filter.bad_page", text));
        return cursor;
    }
}
