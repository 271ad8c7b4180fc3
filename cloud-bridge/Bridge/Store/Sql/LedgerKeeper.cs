using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Store.Sql;

/// <summary>
/// The rules of ingest inside one transaction: what follows the watermark is appended, what is stored already must be equal, and
/// everything else is a problem with a name (design section 6).
/// </summary>
internal sealed class LedgerKeeper(SqlSession session, long now, ClockRules clock, OutboxTargets? targets = null)
{
    // Terminals' clocks may differ from the bridge's a little; asking once too often costs one lookup.
    private const long ClockSlack = 3_600_000;

    /// <summary>
    /// Takes the longest valid prefix of a batch. A fork takes nothing and stops the ledger; a gap, a broken chain or a field out of
    /// range keeps what came before it, so that HR sees all that is sound.
    /// </summary>
    public IngestResult Append(PunchBatch batch)
    {
        IngestResult result = Take(batch);
        if (result.Added > 0) NoteSeen(batch.Terminal, batch.Punches.Skip(result.Repeated).Take(result.Added));
        SqlCounterStore.Count(session, batch.Terminal, batch.Punches.Count, result.Repeated, result.Added, now);
        return result;
    }

    // Whom a site may see hangs on it: written with the punches.
    private void NoteSeen(string terminal, IEnumerable<Punch> added)
    {
        foreach (string person in added.Select(one => one.Person).Distinct(StringComparer.Ordinal))
            session.Execute("INSERT INTO people_terminals (person, terminal) VALUES (@person, @terminal) ON CONFLICT (person, terminal) DO NOTHING", ("@person", person), ("@terminal", terminal));
    }

    private IngestResult Take(PunchBatch batch)
    {
        LedgerMark mark = Load(batch.Terminal, batch.Ledger, session.Dialect.Locked) ?? Create(batch.Terminal, batch.Ledger);
        if (mark.Forked) return Stopped(mark);
        IReadOnlyList<Punch> punches = batch.Punches;
        if (punches[0].Seq > mark.Through + 1)
            return Refuse(mark, 0, 0, ProblemCodes.Gap, mark.Through + 1,
                $"Punch {punches[0].Seq} came where {mark.Through + 1} was expected: send again from {mark.Through + 1}.");

        int repeated = 0;
        while (repeated < punches.Count && punches[repeated].Seq <= mark.Through)
        {
            if (repeated > 0 && punches[repeated].Seq != punches[repeated - 1].Seq + 1) break;
            if (Compare(mark, punches[repeated]) is { } problem)
                return problem.Code == ProblemCodes.Fork
                    ? Fork(mark, punches[repeated].Seq, problem.Text)
                    : Refuse(mark, 0, repeated, problem.Code, punches[repeated].Seq, problem.Text);
            repeated++;
        }

        List<Punch> fresh = [.. punches.Skip(repeated)];
        ChainVerdict verdict = ChainVerifier.Walk(batch.Terminal, batch.Ledger, mark.Through, mark.Chain, fresh);
        int added = (int)(verdict.Through - mark.Through);
        // A restored bridge does not know what was delivered after its backup.
        long restoredAt = added > 0 ? session.Number("SELECT CAST(value AS BIGINT) FROM settings WHERE key = @key", ("@key", Backup.BridgeBackup.RestoredAt)) : 0;
        if (added > 0) session.Dialect.MakeRoom(session, fresh.Take(added).Select(one => one.At), now);
        for (int i = 0; i < added; i++) mark = Insert(mark, fresh[i], restoredAt);
        if (added > 0)
        {
            mark = Advance(mark, verdict);
            SqlDayStore.Added(session, fresh.Take(added).Select(one => one.At));
        }

        if (verdict.Fault != ChainFault.None)
            return Refuse(mark, added, repeated, Code(verdict.Fault), mark.Through + 1, Sentence(verdict.Text!));
        Findings.Settle(session, now, batch.Terminal, batch.Ledger);
        return new(mark, added, repeated, null);
    }

    /// <summary>Answers hello: records what the terminal told, and marks a fork where its chain differs at a seq we know.</summary>
    public IngestResult Greet(HelloMessage hello, byte[] lastChain)
    {
        LedgerMark mark = Load(hello.Terminal, hello.Ledger, session.Dialect.Locked) ?? Create(hello.Terminal, hello.Ledger);
        session.Execute(
            """
            UPDATE terminals SET ledger = @ledger, last_seq = @seq, last_hello_at = @now, last_seen_at = @now, boot = @boot,
              clock_offset_ms = @offset, roster_revision = @roster, versions = @versions WHERE name = @name
            """,
            ("@ledger", hello.Ledger.Text()), ("@seq", hello.LastSeq), ("@now", now), ("@boot", hello.Boot),
            ("@offset", hello.Now == 0 ? null : hello.Now - now), ("@roster", hello.RosterRevision),
            ("@versions", VersionsText.Write(hello.Versions)), ("@name", hello.Terminal));
        if (mark.Forked) return Stopped(mark);
        if (hello.LastSeq > mark.Through) return new(mark, 0, 0, null);

        byte[] known = ChainAt(mark, hello.LastSeq);
        if (!known.AsSpan().SequenceEqual(lastChain))
        {
            if (hello.LastSeq == 0)
                return Refuse(mark, 0, 0, ProblemCodes.Chain, 0, "The chain value of an empty ledger must be the SHA-256 of its ledger id.");
            return Fork(mark, hello.LastSeq, $"The terminal's ledger has another chain value at punch {hello.LastSeq} than the one stored.");
        }
        // A prefix of what we hold: a restored backup. It forks with its next punch; say so before it happens.
        if (hello.LastSeq < mark.Through)
            Findings.Raise(session, now, new("ingest", "rewound",
                $"Terminal {hello.Terminal} says that its ledger ends at punch {hello.LastSeq}, but {mark.Through} are stored: was its board restored from a copy? Re-image it, so that it starts a new ledger.")
            { Terminal = hello.Terminal, Ledger = hello.Ledger, Seq = hello.LastSeq });
        return new(mark, 0, 0, null);
    }

    public LedgerMark? Load(string terminal, Guid ledger, string locked = "") => session.First(
        $"SELECT through, chain, state, problem, last_good_at FROM ledgers WHERE terminal = @terminal AND ledger = @ledger{locked}",
        row => new LedgerMark(terminal, ledger, row.GetInt64(0), row.Bytes(1), row.GetString(2) == "forked", row.TextOrNull(3)) { LastGoodAt = row.LongOrNull(4) },
        ("@terminal", terminal), ("@ledger", ledger.Text()));

    private LedgerMark Create(string terminal, Guid ledger)
    {
        byte[] genesis = PunchChain.Genesis(ledger);
        int made = session.Execute(
            "INSERT INTO ledgers (terminal, ledger, through, chain, first_seen_at, updated_at) VALUES (@terminal, @ledger, 0, @chain, @now, @now) ON CONFLICT (terminal, ledger) DO NOTHING",
            ("@terminal", terminal), ("@ledger", ledger.Text()), ("@chain", genesis), ("@now", now));
        // Where another bridge writes beside this one and was first, from what it has left.
        return made == 0 ? Load(terminal, ledger, session.Dialect.Locked)! : new(terminal, ledger, 0, genesis, false, null);
    }

    /// <summary>Whether a punch at a stored seq is the stored one; null where it is.</summary>
    private Problem? Compare(LedgerMark mark, Punch punch)
    {
        if (PunchRules.Check(punch) is { } fault) return new() { Code = ProblemCodes.Malformed, Text = Sentence(fault) };
        byte[] stored = ChainAt(mark, punch.Seq);
        bool sameContents = PunchChain.Next(ChainAt(mark, punch.Seq - 1), punch).AsSpan().SequenceEqual(stored);
        bool sameChain = string.Equals(punch.Chain, PunchChain.ToHex(stored), StringComparison.OrdinalIgnoreCase);
        if (sameContents && sameChain) return null;
        // Only one of the two differing cannot come from a ledger that wrote both: it was altered on the way.
        if (sameContents || sameChain)
            return new() { Code = ProblemCodes.Chain, Text = $"Punch {punch.Seq} does not fit its own chain value: it was altered on the way or on the terminal." };
        return new() { Code = ProblemCodes.Fork, Text = $"Punch {punch.Seq} came again with other contents than the stored one." };
    }

    private byte[] ChainAt(LedgerMark mark, long seq)
    {
        if (seq == 0) return PunchChain.Genesis(mark.Ledger);
        if (seq == mark.Through) return mark.Chain;
        // What retention took away left its chain value.
        return session.Query(
            """
            SELECT chain FROM punches WHERE terminal = @terminal AND ledger = @ledger AND seq = @seq
            UNION ALL SELECT chain FROM removed_punches WHERE terminal = @terminal AND ledger = @ledger AND seq = @seq
            """,
            row => row.Bytes(0), ("@terminal", mark.Terminal), ("@ledger", mark.Ledger.Text()), ("@seq", seq))[0];
    }

    private LedgerMark Insert(LedgerMark mark, Punch punch, long restoredAt)
    {
        long id = session.Dialect.Insert(
            session,
            """
            INSERT INTO punches (terminal, ledger, seq, person, at, clock, uncertainty_ms, method, direction, score, threshold, liveness,
              pack, photo, chain, received_at)
            VALUES (@terminal, @ledger, @seq, @person, @at, @clock, @uncertainty, @method, @direction, @score, @threshold, @liveness,
              @pack, @photo, @chain, @now)
            """,
            ("@terminal", punch.Terminal), ("@ledger", punch.Ledger.Text()), ("@seq", punch.Seq), ("@person", punch.Person),
            ("@at", punch.At), ("@clock", Columns.Text(punch.Clock)), ("@uncertainty", punch.UncertaintyMs),
            ("@method", Columns.Text(punch.Method)), ("@direction", Columns.Text(punch.Direction)),
            // The cast keeps a float's exact value: every binary32 is a binary64.
            ("@score", (double?)punch.Score), ("@threshold", (double?)punch.Threshold), ("@liveness", (double?)punch.Liveness),
            ("@pack", punch.Pack), ("@photo", punch.Photo), ("@chain", Convert.FromHexString(punch.Chain)), ("@now", now));
        // A doubted time is stored as it is and held back from every target until HR has decided; it is no measure for later ones.
        ClockDoubt? doubt = ClockJudge.Of(punch, now, mark.LastGoodAt, clock);
        Queue(id, punch, OutboxTarget.Platform, doubt, perhapsDelivered: punch.At < restoredAt + ClockSlack);
        foreach (string target in (targets ?? OutboxTargets.None).For(punch.At)) Queue(id, punch, target, doubt);
        if (doubt is null) return mark with { LastGoodAt = Math.Max(mark.LastGoodAt ?? 0, punch.At) };
        if (doubt.Code != ClockJudge.Held)
            Findings.Raise(session, now, new("ingest", "clock-suspect", $"Punch {punch.Seq} of {punch.Terminal} has a doubtful time and is not sent before HR has decided. {doubt.Text}")
            { Terminal = punch.Terminal, Ledger = punch.Ledger, Seq = punch.Seq });
        return mark;
    }

    private void Queue(long id, Punch punch, string target, ClockDoubt? doubt, bool perhapsDelivered = false)
    {
        (DeliveryState state, string? code, string? reason) = doubt is not null
            ? (DeliveryState.Held, doubt.Code, doubt.Text)
            : perhapsDelivered ? (DeliveryState.Ambiguous, "restored", "The bridge was restored from a backup; the platform is asked before this is sent.")
            : (DeliveryState.Pending, (string?)null, (string?)null);
        session.Execute(
            """
            INSERT INTO outbox (punch_id, target, person, at, state, reason_code, reason, updated_at)
            VALUES (@id, @target, @person, @at, @state, @code, @reason, @now)
            """,
            ("@id", id), ("@target", target), ("@person", punch.Person), ("@at", punch.At),
            ("@state", Columns.Text(state)), ("@code", code), ("@reason", reason), ("@now", now));
    }

    private LedgerMark Advance(LedgerMark mark, ChainVerdict verdict)
    {
        session.Execute(
            """
            UPDATE ledgers SET through = @through, chain = @chain, complete_at = COALESCE(@at, complete_at), last_good_at = @at, updated_at = @now
            WHERE terminal = @terminal AND ledger = @ledger
            """,
            ("@through", verdict.Through), ("@chain", verdict.Chain), ("@at", mark.LastGoodAt), ("@now", now),
            ("@terminal", mark.Terminal), ("@ledger", mark.Ledger.Text()));
        return mark with { Through = verdict.Through, Chain = verdict.Chain };
    }

    private IngestResult Fork(LedgerMark mark, long seq, string text)
    {
        string problem = $"{text} Ingest of ledger {mark.Ledger} of {mark.Terminal} has stopped; nothing was discarded. Is the board a clone or restored from a copy?";
        session.Execute(
            "UPDATE ledgers SET state = 'forked', problem = @problem, updated_at = @now WHERE terminal = @terminal AND ledger = @ledger",
            ("@problem", problem), ("@now", now), ("@terminal", mark.Terminal), ("@ledger", mark.Ledger.Text()));
        return Refuse(mark with { Forked = true, Problem = problem }, 0, 0, ProblemCodes.Fork, seq, problem);
    }

    private IngestResult Stopped(LedgerMark mark) => Refuse(mark, 0, 0, ProblemCodes.Fork, null, mark.Problem ?? "The ledger is forked.");

    private IngestResult Refuse(LedgerMark mark, int added, int repeated, string code, long? seq, string text)
    {
        Findings.Raise(session, now, new("ingest", code, text) { Terminal = mark.Terminal, Ledger = mark.Ledger, Seq = seq });
        return new(mark, added, repeated, new() { Code = code, Text = text });
    }

    private static string Code(ChainFault fault) => fault switch
    {
        ChainFault.Gap => ProblemCodes.Gap,
        ChainFault.Broken => ProblemCodes.Chain,
        ChainFault.Foreign => ProblemCodes.WrongTerminal,
        _ => ProblemCodes.Malformed,
    };

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
