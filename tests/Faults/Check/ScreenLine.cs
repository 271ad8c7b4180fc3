using System.Text.RegularExpressions;

namespace Devices.Faults.Check;

/// <summary>One change of the terminal's screen, from the line that the MCU's host build prints for it.</summary>
/// <param name="Kind"><c>thanks</c>, <c>repeat</c>, <c>offline</c> …</param>
/// <param name="Parts">The lines that are not empty: title, name, detail, footer.</param>
public sealed partial record ScreenLine(string Kind, IReadOnlyList<string> Parts)
{
    /// <summary>Null for a line that is no screen.</summary>
    public static ScreenLine? Parse(string line)
    {
        Match found = Line().Match(line);
        return found.Success ? new(found.Groups[1].Value, found.Groups[2].Value.Split(" | ", StringSplitOptions.TrimEntries)) : null;
    }

    /// <summary>Whose it is, for thanks and repeats.</summary>
    public string? Name => Kind is "thanks" or "repeat" && Parts.Count > 1 ? Parts[1] : null;

    /// <summary>The time on it.</summary>
    public string? Time => Kind is "thanks" or "repeat" && Parts.Count > 2 && Clock().IsMatch(Parts[2]) ? Parts[2] : null;

    /// <summary>What it tells somebody who holds a card; null for what is no answer.</summary>
    public Told? Told => Kind switch
    {
        "thanks" => Check.Told.Thanked,
        "repeat" => Check.Told.Repeat,
        "offline" => Check.Told.Saved,
        // The board's own notice of a full disk stands on the same screen; only these words are about an entry.
        "full" when Parts.Any(p => p.StartsWith("Kept here", StringComparison.Ordinal)) => Check.Told.Saved,
        "unknown" => Check.Told.Refused,
        _ => null,
    };

    [GeneratedRegex(@"^\d\d:\d\d:\d\d screen ([a-z_]+): (.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^(\d\d|--):(\d\d|--)$")]
    private static partial Regex Clock();
}
