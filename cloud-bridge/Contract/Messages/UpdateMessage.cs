using Devices.Contract.Updates;

namespace Devices.Contract.Messages;

/// <summary>
/// <c>update</c>, down, QoS 1: which versions the bridge wishes for this terminal, all of them each time. It is no permission: the terminal takes a package only by the metadata that is
/// signed offline, which it gets over HTTPS. It answers in <see cref="UpdateApplied"/>.
/// </summary>
public sealed record UpdateMessage
{
    /// <summary>What tells two wishes apart, 32 hex digits.</summary>
    public required string Digest { get; init; }

    public required IReadOnlyList<UpdateWish> Wanted { get; init; }
}

/// <summary>One version.</summary>
public sealed record UpdateWish
{
    /// <summary>One of <see cref="UpdateKinds"/>.</summary>
    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Models: take it although everybody has to be enrolled again.</summary>
    public bool EnrolAgain { get; init; }
}

/// <summary>How far a terminal is with what is wished.</summary>
public static class UpdateStates
{
    /// <summary>Nothing is wished that does not run.</summary>
    public const string Idle = "idle";

    /// <summary>It cannot begin or go on now; the sentence says for what it waits.</summary>
    public const string Waiting = "waiting";
    public const string Downloading = "downloading";

    /// <summary>It lies beside the running version and waits for a quiet moment.</summary>
    public const string Ready = "ready";

    /// <summary>It runs and has yet to prove itself.</summary>
    public const string Trial = "trial";
    public const string Confirmed = "confirmed";
    public const string RolledBack = "rolled-back";

    /// <summary>It is not taken, and the version before it runs.</summary>
    public const string Refused = "refused";

    public static IReadOnlyList<string> All { get; } = [Idle, Waiting, Downloading, Ready, Trial, Confirmed, RolledBack, Refused];
}

/// <summary>What the terminal made of the bridge's wish.</summary>
public sealed record UpdateApplied
{
    /// <summary>Of the wish that it knows; empty for none.</summary>
    public required string Digest { get; init; }

    /// <summary>What runs, <c>kind/name</c> → version; <c>agent/agent</c> is missing where the version is the one that the terminal was set up with.</summary>
    public Dictionary<string, string> Running { get; init => field = value ?? []; } = [];

    /// <summary><c>a</c>, <c>b</c>, or <c>first</c> for what the terminal was set up with.</summary>
    public string Slot { get; init => field = value ?? "first"; } = "first";

    /// <summary>One entry a wished version.</summary>
    public IReadOnlyList<UpdateProgress> Progress { get; init => field = value ?? []; } = [];

    /// <summary>Why something else runs than was current, in a sentence; null where nothing is wrong.</summary>
    public string? Recovery { get; init; }
}

/// <summary>One wished version.</summary>
public sealed record UpdateProgress
{
    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>One of <see cref="UpdateStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>A short word for <c>waiting</c>, <c>rolled-back</c> and <c>refused</c>.</summary>
    public string? Code { get; init; }

    /// <summary>One sentence.</summary>
    public string? Text { get; init; }

    /// <summary>While downloading: 0 to 100.</summary>
    public int Percent { get; init; }
}

/// <summary>Shapes.</summary>
public static class UpdateRules
{
    public const int MaxWanted = 8;
    public const int MaxText = 500;

    /// <summary>Null where it makes sense, else one sentence.</summary>
    public static string? Check(UpdateMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!IsDigest(message.Digest) || message.Wanted.Count > MaxWanted) return $"A wish for updates has a digest of 32 hex digits and at most {MaxWanted} versions.";
        return message.Wanted.Any(one => one is null || !UpdateKinds.All.Contains(one.Kind) || !IsWord(one.Name, 64) || !IsWord(one.Version, 48)) ? "A wished version has a kind, a name and a version." : null;
    }

    /// <summary>Null where the bridge can keep it, else one sentence.</summary>
    public static string? Check(UpdateApplied applied)
    {
        ArgumentNullException.ThrowIfNull(applied);
        if (applied.Digest.Length > 0 && !IsDigest(applied.Digest)) return "A report about updates has the digest of a wish, or none.";
        if (applied.Running.Count > 16 || applied.Running.Any(one => !IsWord(one.Key, 96) || !IsWord(one.Value, 96)) || applied.Slot is not ("a" or "b" or "first")) return "A report about updates names at most 16 running versions, and a slot.";
        if (applied.Recovery is { } recovery && !IsText(recovery)) return $"A report about updates has sentences of at most {MaxText} characters.";
        return applied.Progress.Count > MaxWanted || applied.Progress.Any(one => one is null || !UpdateKinds.All.Contains(one.Kind) || !IsWord(one.Name, 64) || !IsWord(one.Version, 48) || !UpdateStates.All.Contains(one.State)
            || one.Percent is < 0 or > 100 || (one.Code is { } code && !IsWord(code, 32)) || (one.Text is { } text && !IsText(text))) ? "A report about updates has entries that make no sense." : null;
    }

    private static bool IsDigest(string text) => text.Length == 32 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether a report may hold this as a name or version.</summary>
    public static bool IsWord(string? text, int most) => text is { Length: > 0 } && text.Length <= most && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' or '_' or '/' or '@');

    private static bool IsText(string text) => text.Length <= MaxText && !text.Any(char.IsControl);
}
