using System.Data.Common;
using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <summary>A filter as SQL: the text is made of constants, what was typed goes in as parameters.</summary>
internal sealed class PunchQuery
{
    public const string Select =
        """
        p.id, p.terminal, p.ledger, p.seq, p.person, p.at, p.clock, p.uncertainty_ms, p.method, p.direction, p.score, p.threshold,
        p.liveness, p.pack, p.photo, p.chain, p.received_at, e.name, o.state, o.attempts, o.next_attempt_at, o.sent_at, o.delivered_at,
        o.reason_code, o.reason, o.proved_at, o.platform_note,
        x.origin, x.origin_correction, x.origin_punch, x.struck, x.struck_correction, x.stand_in, x.proposal
        """;

    public const string Joins = "JOIN outbox o ON o.punch_id = p.id AND o.at = p.at AND o.target = 'platform' LEFT JOIN people e ON e.userid = p.person LEFT JOIN punch_effects x ON x.punch_id = p.id";

    public const string From = "FROM punches p " + Joins;

    private readonly List<string> _terms = [];

    public PunchQuery(SiteScope scope, PunchFilter filter, SqlDialect dialect)
    {
        if (!scope.Everything) Add(scope.Terminal("p.terminal"), scope.Values());
        if (!string.IsNullOrWhiteSpace(filter.Person))
            Add(
                $"(p.person = @person OR e.job_number = @person OR {dialect.Matches("e.name", "@like")})",
                ("@person", filter.Person.Trim()), ("@like", $"%{Escape(filter.Person.Trim())}%"));
        if (filter.Department is { } department)
            Add(
                """
                p.person IN (WITH RECURSIVE below(id) AS (SELECT @department UNION SELECT d.id FROM departments d JOIN below b ON d.parent_id = b.id)
                  SELECT userid FROM people_departments WHERE department_id IN (SELECT id FROM below))
                """,
                ("@department", department));
        if (!string.IsNullOrWhiteSpace(filter.Terminal)) Add("p.terminal = @terminal", ("@terminal", filter.Terminal.Trim()));
        if (filter.Method is { } method) Add("p.method = @method", ("@method", Columns.Text(method)));
        if (filter.State is { } state)
        {
            Add("o.state = @state", ("@state", Columns.Text(state)));
            // Said twice, so that the index of undelivered rows is seen to fit.
            if (state != DeliveryState.Delivered) Add("o.state <> 'delivered'");
        }

        if (filter.Counts is { } counts) Add(counts ? "x.struck IS NULL" : "x.struck IS NOT NULL");
        if (filter.From is { } from) Add("p.at >= @from", ("@from", from));
        if (filter.To is { } to) Add("p.at < @to", ("@to", to));
    }

    /// <summary>Empty, or beginning with WHERE.</summary>
    public string Where => _terms.Count == 0 ? "" : "WHERE " + string.Join(" AND ", _terms);

    public List<(string Name, object? Value)> Values { get; } = [];

    public static StoredPunch Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Punch = new()
        {
            Terminal = row.GetString(1),
            Ledger = Guid.Parse(row.GetString(2)),
            Seq = row.GetInt64(3),
            Person = row.GetString(4),
            At = row.GetInt64(5),
            Clock = Columns.Enum<ClockQuality>(row.GetString(6)),
            UncertaintyMs = row.GetInt64(7),
            Method = Columns.Enum<PunchMethod>(row.GetString(8)),
            Direction = Columns.Enum<PunchDirection>(row.GetString(9)),
            Score = row.FloatOrNull(10),
            Threshold = row.FloatOrNull(11),
            Liveness = row.FloatOrNull(12),
            Pack = row.TextOrNull(13),
            Photo = row.TextOrNull(14),
            Chain = row.Hex(15),
        },
        ReceivedAt = row.GetInt64(16),
        Name = row.TextOrNull(17),
        Delivery = Columns.Enum<DeliveryState>(row.GetString(18)),
        Attempts = row.GetInt32(19),
        NextAttemptAt = row.LongOrNull(20),
        SentAt = row.LongOrNull(21),
        DeliveredAt = row.LongOrNull(22),
        ReasonCode = row.TextOrNull(23),
        Reason = row.TextOrNull(24),
        ProvedAt = row.LongOrNull(25),
        PlatformNote = row.TextOrNull(26),
        Standing = Standing(row),
    };

    private const int Effects = 27;

    // Most punches have none: one value for all of them.
    private static PunchStanding Standing(DbDataReader row) => row.IsDBNull(Effects) && row.IsDBNull(Effects + 3) && row.IsDBNull(Effects + 6)
        ? PunchStanding.AsRecorded
        : new(
            row.TextOrNull(Effects) is { } origin ? Columns.Enum<PunchOrigin>(origin) : PunchOrigin.Recorded, row.LongOrNull(Effects + 1), row.LongOrNull(Effects + 2),
            row.TextOrNull(Effects + 3) is { } struck ? Columns.Enum<PunchStrike>(struck) : null, row.LongOrNull(Effects + 4), row.LongOrNull(Effects + 5), row.LongOrNull(Effects + 6));

    internal static string Escape(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);

    private void Add(string term, params ReadOnlySpan<(string, object?)> values)
    {
        _terms.Add(term.Trim());
        foreach ((string, object?) value in values) Values.Add(value);
    }
}
