namespace Devices.Contract.Messages;

/// <summary>
/// <c>applied</c>, up, QoS 1, and inside <c>hello</c>: what of the bridge's wishes the terminal has carried out. Sent only when it would
/// survive a power cut: an erasure that is told here has happened.
/// </summary>
public sealed record AppliedMessage
{
    /// <summary>Null where the terminal has no roster of the bridge's.</summary>
    public RosterApplied? Roster { get; init; }

    /// <summary>Null where the terminal has none of the site's records.</summary>
    public RelayApplied? Relay { get; init; }

    /// <summary>Null from a terminal that takes no configuration from the bridge, and in an answer about something else.</summary>
    public ConfigApplied? Config { get; init; }

    /// <summary>
    /// In <c>hello</c>: whether the terminal judges <see cref="RosterPerson.FaceConsent"/>. One that does not is told that somebody who withdrew left
    /// and came back, by which it erases cards and PIN as well.
    /// </summary>
    public bool? FaceConsent { get; init; }

    /// <summary>Null from a terminal that takes no roots from the bridge, and in an answer about something else.</summary>
    public TrustApplied? Trust { get; init; }

    /// <summary>Null from a terminal that takes no updates from the bridge, and in an answer about something else.</summary>
    public UpdateApplied? Update { get; init; }

    /// <summary>In <c>hello</c>: whether the terminal takes commands.</summary>
    public bool? Commands { get; init; }
}

/// <summary>Where the terminal's roster stands.</summary>
public sealed record RosterApplied
{
    public required Guid Line { get; init; }

    public required long Revision { get; init; }

    /// <summary>The part of a whole roster that was taken last, while it is not complete.</summary>
    public SnapshotPart? Snapshot { get; init; }

    /// <summary>Erasures that the bridge has not acknowledged yet, oldest first; at most <see cref="RosterRules.MaxPeople"/>.</summary>
    public IReadOnlyList<Erasure> Erased { get; init => field = value ?? []; } = [];

    /// <summary>People at this terminal, whoever brought them.</summary>
    public long People { get; init; }

    /// <summary>Of them, those whom the platform does not know: they were enrolled here and are kept.</summary>
    public long Local { get; init; }

    /// <summary>Why the last message was not taken, or whom of it was left out, in a sentence; null where nothing was wrong.</summary>
    public string? Problem { get; init; }
}

/// <summary>One person's data is gone from this terminal's disk.</summary>
public sealed record Erasure
{
    public required string Person { get; init; }

    /// <summary>The revision that asked for it.</summary>
    public required long Revision { get; init; }

    /// <summary>When, ms since the Unix epoch, by the terminal's clock.</summary>
    public required long At { get; init; }

    /// <summary>How many face templates, cards and PINs there were.</summary>
    public long Templates { get; init; }

    public long Cards { get; init; }

    public long Pins { get; init; }
}
