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

    /// <summary>Whether a command object is used again for the same text; where not, the driver prepares by text itself.</summary>
    public virtual bool KeepsCommands => true;

    /// <summary>Seconds that a script may take, 0 for as long as it needs; null for the connection's own.</summary>
    public virtual int? ScriptTimeout => null;

    /// <summary>Begins a transaction that writes.</summary>
    public abstract string Begin { get; }

    /// <summary>Begins a transaction that changes the schema: one at a time.</summary>
    public virtual string BeginMigration => Begin;

    /// <summary>Put after a SELECT of a row that the same transaction changes: no other writer comes between.</summary>
    public virtual string Locked => "";

    /// <summary>Put after a SELECT whose rows are taken for work: one that another bridge is taking is left out. <paramref name="table"/> is the rows' table.</summary>
    public virtual string SkipLocked(string table) => "";

    /// <summary>Whether a failed transaction was undone only because another bridge's was in its way, so that it may be run again as it is.</summary>
    public virtual bool Again(Exception fault) => false;

    /// <summary>Takes a turn that only one bridge has at a time, until the transaction in hand ends; false where another has it.</summary>
    public virtual bool TryTurn(SqlSession session, string name) => true;

    /// <summary>Waits for such a turn: for work that reads rows which are perhaps not there yet and then writes them.</summary>
    public virtual void WaitForTurn(SqlSession session, string name) { }

    /// <summary>
    /// The number of arrival up to which every punch is stored or never will be; null where there is one writer, whose numbers come in order.
    /// Where there are several, a punch with a lower number may still be on its way into the store.
    /// </summary>
    public virtual long? Settled(SqlSession session, bool waits) => null;

    /// <summary>Runs an INSERT of one row into a table whose <c>id</c> the database gives, and returns that.</summary>
    /// <param name="sql">Without RETURNING.</param>
    public abstract long Insert(SqlSession session, string sql, params ReadOnlySpan<(string Name, object? Value)> values);

    /// <summary>Whether a column matches a pattern (<c>%</c>, <c>_</c>, escaped by <c>\</c>), whatever its case.</summary>
    public abstract string Matches(string column, string parameter);

    /// <summary>
    /// The newest few punches of each key of a set: a SELECT of <c>q.at, q.id</c> to be ordered and limited further.
    /// </summary>
    /// <param name="keys">A SELECT with the column <c>key</c>.</param>
    /// <param name="newest">From FROM to LIMIT, of punches <c>r</c> for one key <c>d.key</c>.</param>
    public abstract string NewestOfEach(string keys, string newest);

    /// <summary>Whether a column's value is in a set too large to begin with.</summary>
    /// <param name="keys">The set as a SELECT of one column.</param>
    public virtual string Among(string column, string keys) => $"{column} IN ({keys})";

    public abstract FaultReach Reach(Exception fault);

    /// <summary>A sentence for a failed commit.</summary>
    public abstract string Explain(Exception fault);

    /// <summary>The number of the last migration applied; 0 for an empty database.</summary>
    public abstract long Schema(SqlSession session);

    public abstract void SetSchema(SqlSession session, int number);

    /// <summary>A parameter's value as the database can take it.</summary>
    public virtual object? Value(object? value) => value;

    /// <summary>Makes room for the months ahead, in a transaction.</summary>
    public virtual void PrepareMonths(SqlSession session, long now) { }

    /// <summary>Lets the planner know what the tables hold, where the database does not see to it by itself, in a transaction and within a second.</summary>
    /// <returns>Whether anything was done.</returns>
    public virtual bool Analyze(SqlSession session) => false;

    /// <summary>Parts of <c>punches</c> that lie wholly before a time and can be dropped as one.</summary>
    public virtual IReadOnlyList<string> PartitionsBefore(SqlSession session, long before) => [];

    /// <summary>Drops such a part where each of its punches has left its chain value in <c>removed_punches</c>; else does nothing.</summary>
    public virtual void DropPartition(SqlSession session, string name) { }

    /// <summary>Forgets what makes punches one, from a seq on and before another, after they were removed.</summary>
    public virtual void ForgetKeys(SqlSession session, string terminal, string ledger, long from, long until) { }

    /// <summary>Before punches of these times (ms since the Unix epoch) are inserted in the same transaction.</summary>
    public virtual void MakeRoom(SqlSession session, IEnumerable<long> times, long now) { }
}
