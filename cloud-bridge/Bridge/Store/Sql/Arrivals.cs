namespace Devices.Bridge.Store.Sql;

/// <summary>
/// For whoever reads punches in the order of their arrival and remembers how far: with several writers a lower number may be committed after a
/// higher one was read, and would be missed for good. So nobody reads beyond what is settled.
/// </summary>
internal static class Arrivals
{
    /// <summary>What to put behind a WHERE, with its value; nothing where there is one writer.</summary>
    public static (string Clause, (string Name, object? Value)[] Values) Settled(SqlSession session, string column) =>
        session.Dialect.Settled(session) is { } through ? ($" AND {column} <= @settled", [("@settled", through)]) : ("", []);
}
