using System.Data.Common;
using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <summary>A punch with its journey and standing, as columns and read from them.</summary>
internal static class PunchQuery
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

    /// <summary>The punch and its standing alone, without its way to the platform and the name: a month reads hundreds, each of which would be looked up three times.</summary>
    public const string Bare =
        """
        p.id, p.terminal, p.ledger, p.seq, p.person, p.at, p.clock, p.uncertainty_ms, p.method, p.direction, p.score, p.threshold,
        p.liveness, p.pack, p.photo, p.chain, p.received_at, x.origin, x.origin_correction, x.origin_punch, x.struck, x.struck_correction, x.stand_in, x.proposal
        """;

    /// <summary>What <see cref="Bare"/> is read from.</summary>
    public const string BareFrom = "FROM punches p LEFT JOIN punch_effects x ON x.punch_id = p.id";

    /// <summary>Reads <see cref="Bare"/>.</summary>
    public static JudgedPunch ReadBare(DbDataReader row) => new(row.GetInt64(0), Punch(row), Standing(row, 17));

    public static StoredPunch Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Punch = Punch(row),
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
        Standing = Standing(row, Effects),
    };

    private static Punch Punch(DbDataReader row) => new()
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
    };

    private const int Effects = 27;

    // Most punches have none: one value for all of them.
    private static PunchStanding Standing(DbDataReader row, int at) => row.IsDBNull(at) && row.IsDBNull(at + 3) && row.IsDBNull(at + 6)
        ? PunchStanding.AsRecorded
        : new(
            row.TextOrNull(at) is { } origin ? Columns.Enum<PunchOrigin>(origin) : PunchOrigin.Recorded, row.LongOrNull(at + 1), row.LongOrNull(at + 2),
            row.TextOrNull(at + 3) is { } struck ? Columns.Enum<PunchStrike>(struck) : null, row.LongOrNull(at + 4), row.LongOrNull(at + 5), row.LongOrNull(at + 6));

    internal static string Escape(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
}
