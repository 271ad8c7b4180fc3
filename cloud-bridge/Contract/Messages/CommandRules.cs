using System.Text;
using Devices.Contract.Punches;

namespace Devices.Contract.Messages;

/// <summary>What a terminal can be told to do.</summary>
public static class CommandKinds
{
    /// <summary>The agent ends in order and is started again; with argument <c>what=board</c> the whole board, where its configuration allows that.</summary>
    public const string Reboot = "reboot";

    /// <summary>The door is released once, through the controller.</summary>
    public const string OpenDoor = "open-door";

    /// <summary>The last lines of the agent's log, without persons, come back with the result.</summary>
    public const string CollectLog = "collect-log";

    /// <summary>The whole roster is asked for again.</summary>
    public const string RefreshRoster = "refresh-roster";

    /// <summary>The terminal shows its name on its screen.</summary>
    public const string Identify = "identify";

    /// <summary>Versions that failed as an update are tried again. Which versions run is decided by releases, not by commands.</summary>
    public const string Update = "update";

    public static IReadOnlyList<string> All { get; } = [Reboot, OpenDoor, CollectLog, RefreshRoster, Identify, Update];
}

/// <summary>How far a terminal is with a command.</summary>
public static class CommandStates
{
    /// <summary>It is noted durably and about to be done.</summary>
    public const string Accepted = "accepted";
    public const string Done = "done";

    /// <summary>Nothing was done.</summary>
    public const string Refused = "refused";

    /// <summary>It was begun, and nobody can say whether it was finished (a crash, a controller that did not answer). It is not done again.</summary>
    public const string Unsure = "unsure";
}

/// <summary>Why a terminal did not do it.</summary>
public static class CommandRefusals
{
    /// <summary>It cannot be read.</summary>
    public const string Malformed = "malformed";

    /// <summary>Not signed by a command key of the bridge's root.</summary>
    public const string Signature = "signature";
    public const string WrongTerminal = "wrong-terminal";
    public const string Expired = "expired";

    /// <summary>The id was used by another command, or is too old to be told from one that was done.</summary>
    public const string Replay = "replay";
    public const string UnknownKind = "unknown-kind";

    /// <summary>Whether it has expired cannot be judged while the clock is not trusted.</summary>
    public const string Clock = "clock";

    /// <summary>The terminal's own configuration forbids it.</summary>
    public const string NotAllowed = "not-allowed";

    /// <summary>What it needs (controller, door, screen) is not there.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>The agent ended between noting and doing it.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>The controller did not confirm.</summary>
    public const string Unconfirmed = "unconfirmed";
}

/// <summary>Ranges and the bytes that are signed.</summary>
public static class CommandRules
{
    /// <summary>Most characters of an attachment.</summary>
    public const int MaxAttachment = 60 * 1024;

    /// <summary>Longest sentence of a result.</summary>
    public const int MaxText = 500;

    /// <summary>A command lives at most so long.</summary>
    public static readonly TimeSpan MaxLife = TimeSpan.FromDays(7);

    /// <summary>The extended key usage of the command key's certificate (an OID below 2.25, ITU-T X.667): no other certificate of the root signs commands.</summary>
    public const string CommandUse = "2.25.205174826403175482113927164538290146337";

    /// <summary>What is signed: a label, so that no signature made for something else passes for one, and the body's bytes.</summary>
    public static byte[] ToSign(ReadOnlySpan<byte> body) => [.. Encoding.ASCII.GetBytes("devices.command.1\0"), .. body];

    /// <summary>Null where the body makes sense, else one sentence.</summary>
    public static string? Check(CommandBody body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (body.Id == Guid.Empty) return "A command has an id.";
        if (!PunchRules.IsTerminalName(body.Terminal)) return "A command names the terminal that it is for.";
        if (body.Kind.Length is 0 or > 32) return "A command has a kind.";
        if (body.IssuedAt < 0 || body.ExpiresAt <= body.IssuedAt || body.ExpiresAt - body.IssuedAt > (long)MaxLife.TotalMilliseconds) return $"A command ends after it was issued, and within {MaxLife.TotalDays:0} days.";
        return body.Arguments.Count > 8 || body.Arguments.Any(one => one.Key.Length > 32 || one.Value is null || one.Value.Length > 64) ? "A command has at most 8 arguments of at most 64 characters." : null;
    }

    /// <summary>Null where the bridge can keep the result, else one sentence.</summary>
    public static string? Check(CommandResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Id == Guid.Empty || result.At < 0) return "A result has a command's id and a time.";
        if (result.State is not (CommandStates.Accepted or CommandStates.Done or CommandStates.Refused or CommandStates.Unsure)) return "A result says accepted, done, refused or unsure.";
        // It is shown on consoles too, where control characters are orders.
        if (result.Text.Length is 0 or > MaxText || result.Text.Any(char.IsControl) || result.Code?.Length > 32 || result.Code?.Any(char.IsControl) == true) return $"A result has a sentence of at most {MaxText} characters without control characters, and a short code.";
        return result.Attachment?.Length > MaxAttachment ? $"A result's attachment has at most {MaxAttachment} characters." : null;
    }
}
