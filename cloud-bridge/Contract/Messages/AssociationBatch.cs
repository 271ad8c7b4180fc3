namespace Devices.Contract.Messages;

/// <summary>
/// What a router saw of the phones on its list, on <c>association</c>: consecutive reports of its spool, oldest first. An empty batch asks
/// for the list and the time. Sent again after whatever went wrong: (router, <see cref="Spool"/>, <see cref="AssociationReport.Seq"/>) is a
/// report's identity.
/// </summary>
public sealed record AssociationBatch
{
    /// <summary>The spool's identity (a random UUID, made with its file). A router whose memory was cleared has another.</summary>
    public required Guid Spool { get; init; }

    /// <summary>Which boot of the router sends this: <c>/proc/sys/kernel/random/boot_id</c>.</summary>
    public required Guid Boot { get; init; }

    /// <summary>The router's clock since boot when it sent this, ms: with <see cref="AssociationReport.Up"/> it gives each report's age without any wall clock.</summary>
    public required long Up { get; init; }

    /// <summary>Revision of the list that the router holds; empty for none.</summary>
    public string List { get; init => field = value ?? ""; } = "";

    /// <summary>At most <see cref="AssociationRules.MaxReports"/>.</summary>
    public IReadOnlyList<AssociationReport> Reports { get; init => field = value ?? []; } = [];
}

/// <summary>One report about one phone.</summary>
public sealed record AssociationReport
{
    /// <summary>Position in the spool: from 1, rising. A number left out is a report that the router lost.</summary>
    public required long Seq { get; init; }

    /// <summary>The phone, as the list names it (<see cref="AssociationRules.KeyOf"/>): never its address.</summary>
    public required string Phone { get; init; }

    /// <summary>See <see cref="AssociationKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>In which boot of the router it happened.</summary>
    public required Guid Boot { get; init; }

    /// <summary>When, by the router's clock since that boot, ms.</summary>
    public required long Up { get; init; }

    /// <summary>When, ms since the Unix epoch, by the bridge's time as the router had heard it in that boot; 0 where it had not. Used only for reports of an earlier boot.</summary>
    public long At { get; init; }
}

/// <summary>What can be reported.</summary>
public static class AssociationKinds
{
    /// <summary>The phone came: it holds the network's key and was not there before.</summary>
    public const string Associated = "associated";

    /// <summary>It is still there.</summary>
    public const string Present = "present";

    /// <summary>It went: the time is that of when it was last seen.</summary>
    public const string Disassociated = "disassociated";
}
