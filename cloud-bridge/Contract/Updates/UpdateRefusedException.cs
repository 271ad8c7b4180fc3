namespace Devices.Contract.Updates;

/// <summary>Why something about updates is not believed.</summary>
public enum UpdateRefusal
{
    /// <summary>It cannot be read.</summary>
    Malformed,

    /// <summary>Too few valid signatures by the keys that count.</summary>
    Signature,

    /// <summary>It is older than what was seen before.</summary>
    Rollback,

    /// <summary>Its time is over: somebody may be holding back what came after.</summary>
    Expired,

    /// <summary>It is not what the metadata above it names (hash, length or version).</summary>
    Mismatch,

    /// <summary>It is longer than it may be.</summary>
    TooLong,

    /// <summary>Nobody has it.</summary>
    Missing,
}

/// <summary>Metadata or a package is refused: one sentence, and which rule it broke.</summary>
public sealed class UpdateRefusedException(UpdateRefusal refusal, string message, Exception? inner = null) : Exception(message, inner)
{
    public UpdateRefusal Refusal { get; } = refusal;
}
