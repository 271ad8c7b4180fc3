namespace Devices.Bridge.Store.Sql;

/// <summary>How far an exception reaches.</summary>
public enum FaultReach
{
    /// <summary>Only the work that threw is undone; the others of its group go on.</summary>
    Work,

    /// <summary>The whole transaction is lost.</summary>
    Group,

    /// <summary>The connection is lost, and with it whatever was not committed.</summary>
    Connection,
}

/// <summary>The few places where the databases differ. Everything else is written once in what they have in common.</summary>
public abstract class SqlDialect
{
    /// <summary>The folder of its migrations.</summary>
    public abstract string Name { get; }

    /// <summary>Begins a transaction that writes.</summary>
    public abstract string Begin { get; }

    /// <summary>Whether a column matches a pattern (<c>%</c>, <c>_</c>, escaped by <c>\</c>), whatever its case.</summary>
    public abstract string Matches(string column, string parameter);

    public abstract FaultReach Reach(Exception fault);

    /// <summary>A sentence for a failed commit.</summary>
    public abstract string Explain(Exception fault);

    /// <summary>The number of the last migration applied; 0 for an empty database.</summary>
    public abstract long Schema(SqlSession session);

    public abstract void SetSchema(SqlSession session, int number);
}
