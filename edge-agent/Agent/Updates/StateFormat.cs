namespace Devices.Edge.Agent.Updates;

/// <summary>
/// The format of the state directory (ledger, gallery, entries, PINs, commands) as one number, also in <c>about.json</c>. Whoever raises the schema of one of these files so that an
/// older program cannot go on with it raises <see cref="Reads"/> in one release and <see cref="Writes"/> in a later one: an update is taken only where the version before it can read
/// what it writes, since a rollback must not leave punches behind that nobody can open.
/// </summary>
public static class StateFormat
{
    /// <summary>To what this program brings the directory.</summary>
    public const long Writes = 1;

    /// <summary>The newest from which it can go on.</summary>
    public const long Reads = 1;
}
