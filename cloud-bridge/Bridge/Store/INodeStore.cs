namespace Devices.Bridge.Store;

/// <summary>A bridge that serves this database with others.</summary>
/// <param name="Rules">What of its settings a stored punch depends on; it is the same on every node.</param>
public sealed record BridgeNode(string Node, string Role, string Rules, long SeenAt);

/// <summary>Which node holds a terminal's connection, and which connection that is.</summary>
public sealed record TerminalPlace(string Terminal, string Node, string Session);

/// <summary>What several bridges on one database know of each other. Nothing of it is worth a backup, and no promise rests on it.</summary>
public interface INodeStore
{
    /// <summary>Says that a node is there.</summary>
    Task BeatAsync(string node, string role, string rules, CancellationToken cancellationToken = default);

    Task<IReadOnlyList<BridgeNode>> NodesAsync(CancellationToken cancellationToken = default);

    /// <summary>A terminal has connected here: it is online, and any earlier connection elsewhere is over.</summary>
    Task ArriveAsync(string terminal, string node, string session, string? address, CancellationToken cancellationToken = default);

    /// <summary>A connection has ended: the terminal is offline, unless it is connected by another one meanwhile (false).</summary>
    Task<bool> LeaveAsync(string terminal, string node, string session, CancellationToken cancellationToken = default);

    /// <summary>Where a terminal is connected; null where it is not.</summary>
    Task<TerminalPlace?> PlaceAsync(string terminal, CancellationToken cancellationToken = default);

    /// <summary>Terminals that connected to other nodes since a time (ms since the Unix epoch).</summary>
    Task<IReadOnlyList<string>> MovedAsync(string node, long since, CancellationToken cancellationToken = default);

    /// <summary>The connections that a node is known to hold, by terminal.</summary>
    Task<IReadOnlyDictionary<string, string>> HeldAsync(string node, CancellationToken cancellationToken = default);

    /// <summary>At a node's start and stop: nobody is connected to it.</summary>
    Task ClearAsync(string node, CancellationToken cancellationToken = default);

    /// <summary>Forgets nodes that were not heard of since a time, and the connections they held. Returns how many terminals are offline by it.</summary>
    Task<int> ForgetSilentAsync(long since, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes or keeps a writer's share of the stream's parts for a while: as many as there are parts for each writer that was heard of within the lease.
    /// </summary>
    /// <returns>The parts that are this writer's now.</returns>
    Task<IReadOnlyList<int>> ClaimPartsAsync(string writer, int parts, TimeSpan lease, CancellationToken cancellationToken = default);

    /// <summary>Gives a writer's parts back.</summary>
    Task ReleasePartsAsync(string writer, CancellationToken cancellationToken = default);

    /// <summary>The secret by which nodes prove to each other that a message on the engine is of one of them: 32 bytes, made once.</summary>
    Task<byte[]> EngineKeyAsync(CancellationToken cancellationToken = default);
}
