using Devices.Bridge.Attendance;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Time;
using NodaTime;
using NodaTime.Text;

namespace Devices.Bridge.Web.Api;

/// <summary>One person's attendance day. Times are ms since the Unix epoch.</summary>
/// <param name="Late">Minutes after a start of the shift; 0 where on time or where there is no shift.</param>
/// <param name="Early">Minutes before an end.</param>
/// <param name="Missing">Starts and ends of the shift without a punch whose time is over.</param>
public sealed record DayView(string Person, string? Name, string Day, long First, long Last, int Punches, string LastTerminal, int Undelivered, int Late, int Early, int Missing);

/// <summary>Answer of <c>GET /api/v1/days</c>.</summary>
/// <param name="Next">The <c>after</c> of the next call.</param>
public sealed record DayFeed(IReadOnlyList<DayView> Days, string Next, bool More);

/// <summary>A person of the roster.</summary>
public sealed record PersonView(string Person, string? Name, string? JobNumber, bool Active, IReadOnlyList<long> Departments);

/// <summary>Answer of <c>GET /api/v1/people</c>.</summary>
public sealed record PersonFeed(IReadOnlyList<PersonView> People, string Next, bool More);

/// <summary>A department of the roster.</summary>
public sealed record DepartmentView(long Id, long? Parent, string Name);

/// <summary>Answer of <c>GET /api/v1/departments</c>.</summary>
public sealed record DepartmentFeed(IReadOnlyList<DepartmentView> Departments);

/// <summary>An open row of the exceptions list.</summary>
public sealed record FindingView(long Id, string Source, string Code, string? Terminal, string? Ledger, long? Seq, string Text, int Count, long FirstAt, long LastAt);

/// <summary>Answer of <c>GET /api/v1/exceptions</c>.</summary>
public sealed record FindingFeed(IReadOnlyList<FindingView> Exceptions, bool More);

/// <summary>What other programs read beside punches: people, departments, days, exceptions.</summary>
internal static class DataApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/people", PeopleAsync).RequireAuthorization(Permits.ReadPeople).WithMetadata(new ApiResource(ApiResource.People));
        routes.MapGet("/api/v1/departments", DepartmentsAsync).RequireAuthorization(Permits.ReadPeople).WithMetadata(new ApiResource(ApiResource.Departments));
        routes.MapGet("/api/v1/days", DaysAsync).RequireAuthorization(Permits.ReadPunches).WithMetadata(new ApiResource(ApiResource.Days));
        routes.MapGet("/api/v1/exceptions", ExceptionsAsync).RequireAuthorization(Permits.ReadTerminals).WithMetadata(new ApiResource(ApiResource.Exceptions));
    }

    private static async Task<IResult> PeopleAsync(HttpContext context, IPeopleStore people, Viewer viewer)
    {
        if (!ApiQuery.TryLimit(context, out int limit)) return ApiProblem.Of(StatusCodes.Status400BadRequest, ApiQuery.LimitSentence);
        if (!ApiQuery.TryText(context, "after", out string after)) return ApiProblem.Of(StatusCodes.Status400BadRequest, "'after' must be the 'next' of the answer before.");
        bool names = ApiGate.Names(context.User);
        List<Person> rows = [.. (await people.PeopleAsync(viewer.Scope, includeLeft: true, context.RequestAborted))
            .Where(p => string.CompareOrdinal(p.UserId, after) > 0).OrderBy(p => p.UserId, StringComparer.Ordinal).Take(limit)];
        return ApiAnswer.Of(
            context,
            new PersonFeed(
                [.. rows.Select(p => new PersonView(p.UserId, names ? p.Name : null, names ? p.JobNumber : null, p.Active, p.Departments))], rows.Count > 0 ? rows[^1].UserId : after, rows.Count == limit),
            ApiJson.Readable.PersonFeed);
    }

    private static async Task<IResult> DepartmentsAsync(HttpContext context, IPeopleStore people, Viewer viewer) => ApiAnswer.Of(
        context, new DepartmentFeed([.. (await people.DepartmentsAsync(viewer.Scope, context.RequestAborted)).Select(d => new DepartmentView(d.Id, d.ParentId, d.Name))]), ApiJson.Readable.DepartmentFeed);

    private static async Task<IResult> DaysAsync(HttpContext context, DayBoard board, DaySums sums, SiteClock clock, Viewer viewer)
    {
        if (!ApiQuery.TryLimit(context, out int limit)) return ApiProblem.Of(StatusCodes.Status400BadRequest, ApiQuery.LimitSentence);
        if (!ApiQuery.TryText(context, "after", out string after)) return ApiProblem.Of(StatusCodes.Status400BadRequest, "'after' must be the 'next' of the answer before.");
        if (!SiteClock.TryRead(context.Request.Query["day"].ToString(), out LocalDateTime time, out bool whole) || !whole)
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "'day' must be a date at the site, such as 2026-03-02.");
        bool names = ApiGate.Names(context.User);
        string day = LocalDatePattern.Iso.Format(time.Date);
        List<string> page = [.. (await sums.OfAsync(viewer.Scope, time.Date, clock.Range(time.Date), context.RequestAborted))
            .Select(s => s.Person).Where(p => string.CompareOrdinal(p, after) > 0).Order(StringComparer.Ordinal).Take(limit)];
        List<DayRow> rows = [.. (await board.RowsAsync(viewer.Scope, time.Date, clock.Range(time.Date), page, context.RequestAborted)).Values.OrderBy(r => r.Person, StringComparer.Ordinal)];
        return ApiAnswer.Of(
            context,
            new DayFeed(
                [.. rows.Select(r => new DayView(
                    r.Person, names ? r.Name : null, day, r.First, r.Last, r.Count, r.LastTerminal, r.Undelivered,
                    Minutes(r, v => v is PointVerdict.Late or PointVerdict.SeriouslyLate), Minutes(r, v => v == PointVerdict.Early), r.Day.Points.Count(p => p.Verdict == PointVerdict.Missing)))],
                page.Count > 0 ? page[^1] : after, page.Count == limit),
            ApiJson.Readable.DayFeed);

        static int Minutes(DayRow row, Func<PointVerdict, bool> which) => row.Day.Points.Where(p => which(p.Verdict)).Sum(p => p.Minutes);
    }

    private static async Task<IResult> ExceptionsAsync(HttpContext context, IExceptionStore exceptions, Viewer viewer)
    {
        if (!ApiQuery.TryLimit(context, out int limit)) return ApiProblem.Of(StatusCodes.Status400BadRequest, ApiQuery.LimitSentence);
        IReadOnlyList<ExceptionRow> rows = await exceptions.ExceptionsAsync(viewer.Scope, includeResolved: false, limit, context.RequestAborted);
        // Sentences that name people are for keys that may have names.
        bool people = viewer.May(Permits.ReadPeople) && ApiGate.Names(context.User);
        return ApiAnswer.Of(
            context,
            new FindingFeed(
                [.. rows.Where(r => people ? ExceptionView.Shown(r, viewer) : !ExceptionView.NamesPeople(r))
                    .Select(r => new FindingView(r.Id, r.Source, r.Code, r.Terminal, r.Ledger?.ToString("D"), r.Seq, r.Text, r.Count, r.FirstAt, r.LastAt))],
                rows.Count == limit),
            ApiJson.Readable.FindingFeed);
    }
}
