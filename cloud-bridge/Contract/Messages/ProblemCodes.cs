namespace Devices.Contract.Messages;

/// <summary>The codes a <see cref="Problem"/> can carry.</summary>
public static class ProblemCodes
{
    /// <summary>The payload is not what the topic takes.</summary>
    public const string Malformed = "malformed";

    /// <summary>The version user property is missing or not known.</summary>
    public const string Version = "version";

    /// <summary>More than <see cref="Protocol.MaxBatch"/> punches or <see cref="Protocol.MaxPayload"/> bytes.</summary>
    public const string Oversized = "oversized";

    /// <summary>The batch begins after the next expected seq: the terminal sends again from the watermark.</summary>
    public const string Gap = "gap";

    /// <summary>The chain does not follow from what is stored: altered in transit or on the terminal.</summary>
    public const string Chain = "chain";

    /// <summary>A stored seq came again with other contents: a cloned or restored board. Ingest of the ledger stops.</summary>
    public const string Fork = "fork";

    /// <summary>The message names another terminal than the certificate.</summary>
    public const string WrongTerminal = "wrong-terminal";

    /// <summary>The bridge cannot commit now; send again later.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The bridge keeps no such thing (its policy keeps no photos): the terminal deletes it and does not send it again.</summary>
    public const string Unwanted = "unwanted";
}
