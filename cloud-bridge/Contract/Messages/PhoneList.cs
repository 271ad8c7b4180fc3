namespace Devices.Contract.Messages;

/// <summary>The answer to an <see cref="AssociationBatch"/>, on <c>phones</c>: what is durable, what time it is, and whom to look for.</summary>
public sealed record PhoneList
{
    /// <summary>Of the batch that this answers.</summary>
    public required Guid Spool { get; init; }

    /// <summary>Everything up to this number is stored, or was refused for good; the router may forget it. Not on PUBACK alone.</summary>
    public required long Through { get; init; }

    /// <summary>The bridge's time, ms since the Unix epoch.</summary>
    public required long Now { get; init; }

    /// <summary>Of the list in force.</summary>
    public required string List { get; init; }

    /// <summary>Goes before an address when its key is made; null where the router holds this list.</summary>
    public string? Salt { get; init; }

    /// <summary>Keys of the phones whose owners consent at the router's site; null where the router holds this list. Of others nothing may be sent.</summary>
    public IReadOnlyList<string>? Phones { get; init; }

    /// <summary>Why nothing was taken; null where all is well.</summary>
    public Problem? Problem { get; init; }
}
