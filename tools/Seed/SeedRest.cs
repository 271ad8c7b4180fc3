using System.Globalization;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Seed;

/// <summary>What stands around the punches: roster, terminals, ledgers, counters, exceptions, events, audit.</summary>
internal static class SeedRest
{
    public static void Write(SqlSession session, SeedWorld world, SeedChain chain)
    {
        session.Script("BEGIN");
        long begin = world.StartOf(0), end = world.StartOf(world.Days);
        Departments(session, world, begin);
        People(session, world, begin);
        Terminals(session, world, chain, begin, end);
        Findings(session, world, begin, end);
        session.Execute("INSERT INTO settings (key, value, updated_at) VALUES ('shown_through', @last, @now) ON CONFLICT (key) DO UPDATE SET value = @last",
            ("@last", (chain.NextId - 1).ToString(CultureInfo.InvariantCulture)), ("@now", end));
        session.Script("COMMIT");
    }

    private static void Departments(SqlSession session, SeedWorld world, long begin)
    {
        // A root, ten divisions below it, and the rest below these.
        for (int id = 1; id <= world.Plan.Departments; id++)
            session.Execute("INSERT INTO departments (id, parent_id, name, updated_at) VALUES (@id, @parent, @name, @now)",
                ("@id", (long)id), ("@parent", id == 1 ? null : id <= 11 ? 1L : 2 + (id % 10)),
                ("@name", id == 1 ? "总公司" : id <= 11 ? $"Division {id - 1}" : $"{(id % 3 == 0 ? "车间" : "Department")} {id}"), ("@now", begin));
    }

    private static void People(SqlSession session, SeedWorld world, long begin)
    {
        long revision = session.Number("SELECT revision FROM roster_state WHERE id = 1");
        foreach (SeedPerson person in world.People)
        {
            bool left = person.LeftAfterDay != SeedWorld.Stays;
            long? leftAt = left ? world.StartOf(person.LeftAfterDay + 1) : null;
            session.Execute("INSERT INTO people (userid, name, order_en, order_zh, job_number, active, left_at, first_seen_at, updated_at) VALUES (@id, @name, @en, @zh, @job, @active, @left, @now, @now)",
                ("@id", person.UserId), ("@name", person.Name), ("@en", NameKeys.Of(person.Name, NameOrder.English)), ("@zh", NameKeys.Of(person.Name, NameOrder.Chinese)), ("@job", person.JobNumber), ("@active", !left), ("@left", leftAt), ("@now", begin));
            session.Execute("INSERT INTO people_departments (userid, department_id) VALUES (@id, @department)", ("@id", person.UserId), ("@department", (long)person.Department));
            session.Execute("INSERT INTO roster_changes (revision, userid, kind, name, job_number, departments, at) VALUES (@revision, @id, @kind, @name, @job, @departments, @at)",
                ("@revision", ++revision), ("@id", person.UserId), ("@kind", left ? "leave" : "join"), ("@name", person.Name), ("@job", person.JobNumber),
                ("@departments", person.Department.ToString(CultureInfo.InvariantCulture)), ("@at", leftAt ?? begin));
        }

        session.Execute("UPDATE roster_state SET revision = @revision WHERE id = 1", ("@revision", revision));
    }

    private static void Terminals(SqlSession session, SeedWorld world, SeedChain chain, long begin, long end)
    {
        ILookup<string, SeedHead> heads = chain.Heads.ToLookup(h => h.Terminal, StringComparer.Ordinal);
        foreach (SeedTerminal terminal in world.Terminals)
        {
            SeedHead? current = heads[terminal.Name].OrderBy(h => h.UpdatedAt).LastOrDefault();
            session.Execute(
                """
                INSERT INTO terminals (name, site, created_at, online, last_seen_at, last_hello_at, boot, ledger, last_seq, clock_offset_ms, clock, queue, free_bytes, temperature, last_frame_at, versions)
                VALUES (@name, @site, @begin, @online, @end, @end, 'b1', @ledger, @seq, 12, 'synced', @queue, 9000000000, 41.5, @end, '{"agent":"0.1.0"}')
                """,
                ("@name", terminal.Name), ("@site", SeedWorld.SiteName(terminal.Site)), ("@begin", begin), ("@online", false), ("@end", end),
                ("@ledger", current?.Ledger.ToString("D")), ("@seq", current?.Seq), ("@queue", 0L));
            foreach (SeedHead head in heads[terminal.Name])
                session.Execute(
                    """
                    INSERT INTO ledgers (terminal, ledger, through, chain, complete_at, state, first_seen_at, updated_at, last_good_at)
                    VALUES (@terminal, @ledger, @through, @chain, @at, 'ok', @first, @updated, @at)
                    """,
                    ("@terminal", head.Terminal), ("@ledger", head.Ledger.ToString("D")), ("@through", head.Seq), ("@chain", head.Chain), ("@at", head.LastAt),
                    ("@first", head.FirstAt), ("@updated", head.UpdatedAt));
            long stored = heads[terminal.Name].Sum(h => h.Seq);
            if (stored > 0)
                session.Execute("INSERT INTO terminal_counts (terminal, received, repeated, stored, last_stored_at, shown) VALUES (@terminal, @received, @repeated, @stored, @last, @stored)",
                    ("@terminal", terminal.Name), ("@received", stored + (stored / 500)), ("@repeated", stored / 500), ("@stored", stored), ("@last", current!.UpdatedAt));
        }
    }

    // About one finding in 5,000 punches, nearly all settled; a person's look at the log now and then.
    private static void Findings(SqlSession session, SeedWorld world, long begin, long end)
    {
        string[] codes = ["gap", "chain", "clock-suspect", "connect", "reason.unknown_person"];
        long findings = world.Plan.Punches / 5000, step = (end - begin) / Math.Max(1, findings);
        for (long i = 0; i < findings; i++)
        {
            string code = codes[i % codes.Length];
            SeedTerminal terminal = world.Terminals[(int)(i % world.Terminals.Count)];
            bool open = i >= findings - 40;
            session.Execute(
                """
                INSERT INTO exceptions (source, code, terminal, text, cause, count, first_at, last_at, resolved_at, resolved_by)
                VALUES (@source, @code, @terminal, @text, @cause, 1, @at, @at, @resolved, @by)
                """,
                ("@source", i % codes.Length == 4 ? "roster" : "ingest"), ("@code", code), ("@terminal", terminal.Name), ("@text", $"Seeded finding {i} of {terminal.Name}: {code}."),
                ("@cause", $"seed|{i}"), ("@at", begin + (i * step)), ("@resolved", open ? null : begin + (i * step) + 3_600_000), ("@by", open ? null : "hr"));
        }

        for (int day = 0; day < world.Days; day++)
        {
            for (int i = 0; i < 20; i++)
                session.Execute("INSERT INTO audit (at, actor, action, target, detail, address) VALUES (@at, 'hr', @action, NULL, '/punches', '127.0.0.1')",
                    ("@at", world.StartOf(day) + 32_400_000 + (i * 60_000)), ("@action", i % 4 == 0 ? "csv.export" : "login"));
            for (int i = 0; i < 30; i++)
                session.Execute("INSERT INTO events (terminal, id, kind, at, text, received_at) VALUES (@terminal, @id, 'door', @at, 'The door was open for a minute.', @at)",
                    ("@terminal", world.Terminals[(day + i) % world.Terminals.Count].Name), ("@id", $"seed-{day}-{i}"), ("@at", world.StartOf(day) + 28_800_000 + (i * 60_000)));
        }
    }
}
