namespace Devices.Contract.Messages;

/// <summary>
/// <c>command</c>, down, QoS 1: something to be done once. Signed when it was issued, with a key that lies beside the bridge's root and not in
/// its store; the terminal answers with <see cref="CommandResult"/>.
/// </summary>
public sealed record CommandMessage
{
    /// <summary>Base64 of the UTF-8 JSON of a <see cref="CommandBody"/>: these bytes are what is signed.</summary>
    public required string Body { get; init; }

    /// <summary>Base64 of the DER of the certificate of the bridge's command key, issued by the root that the terminal pins.</summary>
    public required string Certificate { get; init; }

    /// <summary>Base64 of an ECDSA P-256 signature (SHA-256, IEEE P1363) over <see cref="CommandRules.ToSign"/>.</summary>
    public required string Signature { get; init; }
}

/// <summary>What is to be done, by whom, and until when.</summary>
public sealed record CommandBody
{
    /// <summary>Unique for ever: each id is carried out at most once.</summary>
    public required Guid Id { get; init; }

    /// <summary>The only terminal that may carry it out.</summary>
    public required string Terminal { get; init; }

    /// <summary>One of <see cref="CommandKinds"/>.</summary>
    public required string Kind { get; init; }

    public Dictionary<string, string> Arguments { get; init => field = value ?? []; } = [];

    /// <summary>ms since the Unix epoch, by the bridge's clock.</summary>
    public required long IssuedAt { get; init; }

    /// <summary>From then on it is not carried out any more.</summary>
    public required long ExpiresAt { get; init; }
}

/// <summary><c>result</c>, up, QoS 1: what became of a command. PUBACK means kept; until then the terminal tells it again.</summary>
public sealed record CommandResult
{
    public required Guid Id { get; init; }

    /// <summary>One of <see cref="CommandStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>For <c>refused</c> and <c>unsure</c>: one of <see cref="CommandRefusals"/>.</summary>
    public string? Code { get; init; }

    /// <summary>One sentence for an operator. Never a name, a template or a secret.</summary>
    public required string Text { get; init; }

    /// <summary>When, ms since the Unix epoch, by the terminal's clock.</summary>
    public required long At { get; init; }

    /// <summary>For <c>collect-log</c>: lines of the terminal's log without persons, at most <see cref="CommandRules.MaxAttachment"/> characters.</summary>
    public string? Attachment { get; init; }
}
