using Devices.Contract.Messages;

namespace Devices.Bridge.Store.Sql;

/// <summary>Rows of the exceptions list, for use inside other transactions.</summary>
internal static class Findings
{
    /// <summary>Adds a row, or counts the open one with the same cause.</summary>
    public static void Raise(SqlSession session, long now, Finding finding) => session.Execute(
        """
        INSERT INTO exceptions (source, code, terminal, ledger, seq, text, cause, first_at, last_at)
        VALUES (@source, @code, @terminal, @ledger, @seq, @text, @cause, @now, @now)
        ON CONFLICT (cause) WHERE resolved_at IS NULL
        DO UPDATE SET count = exceptions.count + 1, last_at = @now, seq = @seq, text = @text
        """,
        ("@source", finding.Source), ("@code", finding.Code), ("@terminal", finding.Terminal), ("@ledger", finding.Ledger?.Text()),
        ("@seq", finding.Seq), ("@text", finding.Text), ("@cause", Cause(finding)), ("@now", now));

    /// <summary>After a whole batch was taken: what hindered this ledger before is over. A fork is never settled by itself.</summary>
    public static void Settle(SqlSession session, long now, string terminal, Guid ledger)
    {
        string gap = Cause("ingest", ProblemCodes.Gap, terminal, ledger), chain = Cause("ingest", ProblemCodes.Chain, terminal, ledger),
            malformed = Cause("ingest", ProblemCodes.Malformed, terminal, ledger);
        // For each punch, and hardly ever is there one: three looks at an index cost half of an UPDATE with a set.
        long open = session.Number(
            """
            SELECT EXISTS (SELECT 1 FROM exceptions WHERE resolved_at IS NULL AND cause = @gap
              UNION ALL SELECT 1 FROM exceptions WHERE resolved_at IS NULL AND cause = @chain
              UNION ALL SELECT 1 FROM exceptions WHERE resolved_at IS NULL AND cause = @malformed)
            """,
            ("@gap", gap), ("@chain", chain), ("@malformed", malformed));
        if (open == 0) return;
        session.Execute(
            "UPDATE exceptions SET resolved_at = @now, resolved_by = 'bridge' WHERE resolved_at IS NULL AND cause IN (@gap, @chain, @malformed)",
            ("@now", now), ("@gap", gap), ("@chain", chain), ("@malformed", malformed));
    }

    private static string Cause(Finding finding) => finding.Cause ?? Cause(finding.Source, finding.Code, finding.Terminal, finding.Ledger);

    private static string Cause(string source, string code, string? terminal, Guid? ledger) => $"{source}|{code}|{terminal}|{ledger}";
}
