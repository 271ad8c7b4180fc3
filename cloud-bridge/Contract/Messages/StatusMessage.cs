namespace Devices.Contract.Messages;

/// <summary><c>status</c>, up, retained, and the connection's will with <see cref="Online"/> false.</summary>
public sealed record StatusMessage
{
    public required bool Online { get; init; }
    public long At { get; init; }
    public Dictionary<string, string> Versions { get; init => field = value ?? []; } = [];
    public double? Temperature { get; init; }
    public long? FreeBytes { get; init; }

    /// <summary>Punches in the ledger that are not below the durable watermark.</summary>
    public long Queue { get; init; }

    public long? LastFrameAt { get; init; }
    public string? Clock { get; init; }

    /// <summary>How its parts do; null from a terminal of an earlier version.</summary>
    public TerminalHealth? Health { get; init; }
}
