namespace Devices.Contract.Messages;

/// <summary>
/// Halves of letters in JSON: <c>\ud83d</c> without its other half is allowed by the grammar (RFC 8259 section 8.2), and every reader that asks for the text
/// stumbles over it later. Platforms send it where they cut names by UTF-16 units.
/// </summary>
public static class JsonLetters
{
    /// <summary>The same text with U+FFFD for each half that has no other; the very same string where there is none.</summary>
    public static string Whole(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (!json.Contains("\\u", StringComparison.Ordinal) && !HasBareHalf(json)) return json;
        char[]? made = null;
        for (int at = 0; at < json.Length;)
        {
            if (char.IsSurrogate(json[at]))
            {
                if (char.IsHighSurrogate(json[at]) && at + 1 < json.Length && char.IsLowSurrogate(json[at + 1])) at += 2;
                else (made ??= json.ToCharArray())[at++] = '\uFFFD';
                continue;
            }

            if (json[at] != '\\')
            {
                at++;
                continue;
            }

            if (Unit(json, at) is not { } unit || !char.IsSurrogate(unit))
            {
                // An escaped character, also an escaped backslash, is none to begin at.
                at += 2;
                continue;
            }

            if (char.IsHighSurrogate(unit) && Unit(json, at + 6) is { } next && char.IsLowSurrogate(next))
            {
                at += 12;
                continue;
            }

            "fffd".CopyTo((made ??= json.ToCharArray()).AsSpan(at + 2));
            at += 6;
        }

        return made is null ? json : new string(made);
    }

    private static bool HasBareHalf(string text)
    {
        for (int at = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff'); at >= 0 && at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at])) continue;
            if (!char.IsHighSurrogate(text[at]) || at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1])) return true;
            at++;
        }

        return false;
    }

    // The UTF-16 unit that is escaped there; null where none is.
    private static char? Unit(string json, int at) =>
        at + 6 <= json.Length && json[at] == '\\' && json[at + 1] == 'u' && ushort.TryParse(json.AsSpan(at + 2, 4), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out ushort unit) ? (char)unit : null;
}
