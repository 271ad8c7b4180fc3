using System.Text;
using Devices.Contract.Punches;

namespace Devices.Contract.Messages;

/// <summary>The ranges of a site record's fields, as sentences.</summary>
public static class SiteRules
{
    /// <summary>Longest body, characters of base64: five templates of 512 floats are 14 KiB.</summary>
    public const int MaxBody = 64 * 1024;

    /// <summary>Most records in one <c>relay</c>.</summary>
    public const int MaxRecords = 64;

    /// <summary>Null where it can be kept, else one sentence.</summary>
    public static string? Check(SiteRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!SiteKinds.IsKnown(record.Kind)) return "The record is of a kind that is not known.";
        if (!PunchRules.IsTerminalName(record.Terminal)) return "The record names no terminal that wrote it.";
        if (record.Body.Length > MaxBody) return $"The record's body has {record.Body.Length} characters; {MaxBody} are the limit.";
        if (!System.Buffers.Text.Base64.IsValid(record.Body)) return "The record's body is not base64.";
        if (record.Kind == SiteKinds.Grant && !PunchRules.IsTerminalName(record.To)) return "A grant names the terminal that it is for.";
        if (record.Kind is SiteKinds.Person or SiteKinds.Erase && (RosterRules.CheckId(record.Person) is not null || record.Version < 1)) return "A person's record has the person's id, and a version from 1.";
        if (record.Kind == SiteKinds.Person && (record.Pack is null || Encoding.UTF8.GetByteCount(record.Pack) > PunchRules.MaxPack || record.Pack.Any(char.IsControl))) return "A person's record names the model pack, or has an empty one.";
        if (record.Kind is SiteKinds.Person or SiteKinds.Erase or SiteKinds.Roll && record.Key is not { Length: 32 }) return "A sealed record names its key.";
        return null;
    }

    /// <summary>Whether a record of that version and terminal takes the place of the other.</summary>
    public static bool IsNewer(long version, string terminal, long otherVersion, string otherTerminal) =>
        version != otherVersion ? version > otherVersion : string.CompareOrdinal(terminal, otherTerminal) > 0;
}
