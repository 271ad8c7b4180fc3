namespace Devices.Contract.Messages;

/// <summary>
/// <c>roster</c>, down, QoS 1: who may punch. Either the changes from one revision to another, or one part of the whole roster for a terminal
/// that is too far behind. The terminal answers with <see cref="AppliedMessage"/> when it stands durably at <see cref="Through"/>.
/// </summary>
public sealed record RosterMessage
{
    /// <summary>Which count of revisions this is; another one (a bridge that was restored) makes every earlier revision meaningless.</summary>
    public required Guid Line { get; init; }

    /// <summary>The revision at which the terminal must stand for this to follow; without meaning where <see cref="Snapshot"/> is given.</summary>
    public required long From { get; init; }

    /// <summary>Where it stands afterwards; with a snapshot after its last part.</summary>
    public required long Through { get; init; }

    /// <summary>Null for changes.</summary>
    public SnapshotPart? Snapshot { get; init; }

    /// <summary>People who are new or changed, or in a snapshot all who belong; at most <see cref="RosterRules.MaxPeople"/>.</summary>
    public IReadOnlyList<RosterPerson> People { get; init => field = value ?? []; } = [];

    /// <summary>People who left: template, card, PIN and name are to be erased, and that is to be confirmed.</summary>
    public IReadOnlyList<RosterLeaver> Gone { get; init => field = value ?? []; } = [];
}

/// <summary>One person of the roster.</summary>
public sealed record RosterPerson
{
    /// <summary>The platform's userid.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>UIDs in upper-case hex, 4 to 10 bytes each; null where the platform does not keep cards, and then the terminal's own stay.</summary>
    public IReadOnlyList<string>? Cards { get; init; }

    public IReadOnlyList<long>? Departments { get; init; }

    /// <summary>
    /// One of <see cref="FaceConsents"/>; null where nothing stands against face recognition of this person. A terminal that does not know it
    /// ignores it.
    /// </summary>
    public string? FaceConsent { get; init; }

    /// <summary>Words of the punch's <c>method</c>; null allows all that the terminal has.</summary>
    public IReadOnlyList<string>? Methods { get; init; }
}

/// <summary>Words of <see cref="RosterPerson.FaceConsent"/>. Any of them, also one that is not known yet: no face is enrolled.</summary>
public static class FaceConsents
{
    /// <summary>The consent was withdrawn: templates are erased, which is told as an erasure; cards and PIN go on working.</summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>The organisation requires one and has none: what is enrolled stays as it is.</summary>
    public const string Missing = "missing";
}

/// <summary>Somebody who left.</summary>
public sealed record RosterLeaver
{
    public required string Id { get; init; }

    /// <summary>The revision that the erasure is confirmed with.</summary>
    public required long Revision { get; init; }
}

/// <summary>Which part of a whole roster a message is.</summary>
public sealed record SnapshotPart
{
    /// <summary>The same in all its parts.</summary>
    public required Guid Id { get; init; }

    /// <summary>From 1.</summary>
    public required long Part { get; init; }

    /// <summary>After this part, whoever came from the platform earlier and is in no part has left.</summary>
    public required bool Last { get; init; }
}
