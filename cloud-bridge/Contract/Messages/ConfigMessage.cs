namespace Devices.Contract.Messages;

/// <summary>
/// <c>config</c>, down, QoS 1: every setting that the bridge wishes for this terminal, all of them each time. What is not named goes back to the
/// terminal's own configuration. The terminal judges each value by itself and answers with <see cref="ConfigApplied"/>.
/// </summary>
public sealed record ConfigMessage
{
    /// <summary>Grows with every change at the bridge; for people.</summary>
    public required long Revision { get; init; }

    /// <summary>What tells two wishes apart, 32 hex digits: a bridge that was restored from a backup may come to the same revision with other values.</summary>
    public required string Digest { get; init; }

    /// <summary>Keys of <see cref="ConfigRules"/> with their values as in the agent's configuration file.</summary>
    public required Dictionary<string, string> Settings { get; init; }
}

/// <summary>What the terminal made of the bridge's wishes.</summary>
public sealed record ConfigApplied
{
    /// <summary>Of the wishes that it holds durably; 0 where there are none.</summary>
    public required long Revision { get; init; }

    /// <summary>Empty where it holds none.</summary>
    public required string Digest { get; init; }

    /// <summary>What is in force for each key that can be wished for, wherever it comes from.</summary>
    public Dictionary<string, string> Settings { get; init => field = value ?? []; } = [];

    /// <summary>Why a value was not taken, a sentence a key.</summary>
    public Dictionary<string, string> Refused { get; init => field = value ?? []; } = [];

    /// <summary>Keys whose new value holds from the next start of the agent on.</summary>
    public IReadOnlyList<string> AtRestart { get; init => field = value ?? []; } = [];
}
