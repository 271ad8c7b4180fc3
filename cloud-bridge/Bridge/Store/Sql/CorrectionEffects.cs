using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <summary>Applies a decided correction, in the transaction of its decision: effects on punches, and what still waits to be sent.</summary>
internal static class CorrectionEffects
{
    /// <summary>On an outbox row that waits no more since its punch does not count; its detail remembers a hold.</summary>
    public const string Struck = "reason.struck";

    /// <returns>The punch that it made, by the number of its arrival; null where it makes none.</returns>
    public static long? Apply(SqlSession session, long now, OutboxTargets? targets, CorrectionRow correction, StoredPunch? punch)
    {
        switch (correction.Kind)
        {
            case CorrectionKind.Add:
            {
                long made = MadePunches.Append(session, now, targets, correction.Site, Content(correction, correction.Person, correction.At, ClockQuality.Synced, 0, correction.Direction));
                Note(session, made, correction.At);
                session.Execute("UPDATE punch_effects SET origin = 'added', origin_correction = @correction WHERE punch_id = @id", ("@correction", correction.Id), ("@id", made));
                return made;
            }

            case CorrectionKind.Void:
                Strike(session, now, targets, punch!, "void", correction.Id, null);
                return null;
            case CorrectionKind.Reassign:
            {
                Punch old = punch!.Punch;
                long made = MadePunches.Append(session, now, targets, correction.Site, Content(correction, correction.ToPerson!, old.At, old.Clock, old.UncertaintyMs, old.Direction));
                Note(session, made, old.At);
                session.Execute(
                    "UPDATE punch_effects SET origin = 'reassigned', origin_correction = @correction, origin_punch = @old WHERE punch_id = @id",
                    ("@correction", correction.Id), ("@old", punch.Id), ("@id", made));
                Strike(session, now, targets, punch, "reassign", correction.Id, made);
                return made;
            }

            default:
                // Who stands in for it goes when it comes back: one of the two counts.
                if (punch!.Standing.StandIn is { } standIn && Load(session, standIn) is { Standing.Counts: true } other) Strike(session, now, targets, other, "void", correction.Id, null);
                session.Execute("UPDATE punch_effects SET struck = NULL, struck_correction = NULL, stand_in = NULL WHERE punch_id = @id", ("@id", punch.Id));
                Tell(session, now, targets, punch.Id, correction.Id);
                Release(session, now, punch.Id);
                return null;
        }
    }

    /// <summary>Notes or forgets the correction that waits for a punch.</summary>
    public static void Propose(SqlSession session, StoredPunch punch, long? correction)
    {
        Note(session, punch.Id, punch.Punch.At);
        session.Execute("UPDATE punch_effects SET proposal = @correction WHERE punch_id = @id", ("@correction", correction), ("@id", punch.Id));
    }

    public static StoredPunch? Load(SqlSession session, long punchId) => session.First(
        $"SELECT {PunchQuery.Select} {PunchQuery.From} WHERE p.id = @id", PunchQuery.Read, ("@id", punchId));

    private static Punch Content(CorrectionRow correction, string person, long at, ClockQuality clock, long uncertainty, PunchDirection direction) => new()
    {
        Terminal = "", Ledger = Guid.Empty, Seq = 0, Chain = "",
        Person = person, At = at, Clock = clock, UncertaintyMs = uncertainty, Method = PunchMethod.Operator, Direction = direction,
    };

    private static void Note(SqlSession session, long punchId, long at) => session.Execute(
        "INSERT INTO punch_effects (punch_id, at) VALUES (@id, @at) ON CONFLICT (punch_id) DO NOTHING", ("@id", punchId), ("@at", at));

    private static void Strike(SqlSession session, long now, OutboxTargets? targets, StoredPunch punch, string kind, long correction, long? standIn)
    {
        Note(session, punch.Id, punch.Punch.At);
        session.Execute(
            "UPDATE punch_effects SET struck = @kind, struck_correction = @correction, stand_in = @standIn WHERE punch_id = @id",
            ("@kind", kind), ("@correction", correction), ("@standIn", standIn), ("@id", punch.Id));
        Tell(session, now, targets, punch.Id, correction);
        // What is under way or in doubt is left to delivery: it may have arrived, and the lease looks again before anything is sent.
        session.Execute(
            """
            UPDATE outbox SET reason = CASE WHEN state = 'held' THEN 'held' ELSE NULL END, state = 'skipped', reason_code = @code, next_attempt_at = NULL, updated_at = @now
            WHERE punch_id = @id AND tell IS NULL AND state IN ('pending', 'waiting', 'deferred', 'held', 'dead', 'skipped')
            """,
            ("@code", Struck), ("@now", now), ("@id", punch.Id));
    }

    // Whoever has it, may have it, or was told of an earlier correction: the row goes out again and says how the punch counts now. While
    // it is being sent the outcome notes that there is more to tell (SqlOutboxStore.MarkAsync).
    private static void Tell(SqlSession session, long now, OutboxTargets? targets, long punchId, long correction)
    {
        foreach (string target in targets?.Correctable ?? [])
            session.Execute(
                """
                UPDATE outbox SET tell = @correction, state = CASE WHEN state = 'sending' THEN 'sending' ELSE 'pending' END, attempts = CASE WHEN state = 'sending' THEN attempts ELSE 0 END,
                  next_attempt_at = NULL, reason_code = NULL, reason = NULL, updated_at = @now
                WHERE punch_id = @id AND target = @target AND (tell IS NOT NULL OR state IN ('delivered', 'sending')
                  OR (sent_at IS NOT NULL AND state IN ('pending', 'waiting', 'ambiguous', 'dead')))
                """,
                ("@correction", correction), ("@now", now), ("@id", punchId), ("@target", target));
    }

    // One that was tried may have arrived, or have been taken away there by hand: the platform is asked first.
    private static void Release(SqlSession session, long now, long punchId) => session.Execute(
        """
        UPDATE outbox SET state = CASE WHEN reason = 'held' THEN 'held' WHEN target = 'platform' AND sent_at IS NOT NULL THEN 'ambiguous' ELSE 'pending' END,
          reason_code = CASE WHEN reason = 'held' THEN 'clock-held' ELSE NULL END, reason = NULL, next_attempt_at = NULL, checks = 0, next_check_at = NULL, updated_at = @now
        WHERE punch_id = @id AND state = 'skipped' AND reason_code = @code
        """,
        ("@code", Struck), ("@now", now), ("@id", punchId));
}
