namespace Devices.Bridge.Store;

/// <summary>How a process takes part in a store: alone, as one node of several, or beside whoever serves.</summary>
/// <param name="Serving">False for subcommands.</param>
/// <param name="Node">The node's name where several bridges serve one database; empty for one that serves it alone.</param>
/// <param name="Keeper">Whether it is the node that delivers, keeps the roster and does all else that may be done once only.</param>
public sealed record StoreSeat(bool Serving, string Node = "", bool Keeper = false)
{
    /// <summary>A subcommand beside a serving bridge.</summary>
    public static StoreSeat Beside { get; } = new(false);

    /// <summary>The one bridge: no second serves this database.</summary>
    public static StoreSeat Alone { get; } = new(true);

    /// <summary>Whether others serve the database too.</summary>
    public bool Several => Node.Length > 0;
}
