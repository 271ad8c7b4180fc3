using System.Text.RegularExpressions;

namespace Devices.Bridge.Spreadsheets;

/// <summary>
/// Text that a spreadsheet leaves as it is. One reversible rule: where it would run a formula, or would turn an id into a number or a
/// date, an apostrophe stands before the text; text that begins with an apostrophe gets another. Importers remove one leading apostrophe.
/// </summary>
public static partial class SpreadsheetText
{
    /// <summary>Free text: names, sentences.</summary>
    public static string OfText(string? text) => string.IsNullOrEmpty(text) ? "" : Formula().IsMatch(text) ? "'" + text : text;

    /// <summary>An identifier: also kept from losing zeros, digits beyond the fifteenth, or its look.</summary>
    public static string OfId(string? id) => string.IsNullOrEmpty(id) ? "" : Formula().IsMatch(id) || Reinterpreted().IsMatch(id) ? "'" + id : id;

    // OWASP's list with the full-width forms that East Asian versions take for the same; spaces before them do not help.
    [GeneratedRegex(@"\A(?:'|[\t\r\n]|\s*[=+\-@＝＋－＠])")]
    private static partial Regex Formula();

    // 007 · 1234567890123 · 1E5 · 1.50 · 3-4 · 3/4 · 12:30 · TRUE
    [GeneratedRegex(@"\A(?:0\d+|\d{12,}|\d+[eE]\d+|\d*[.,]\d+|\d{1,4}[-/:]\d{1,2}(?:[-/:]\d{1,4})?|true|false)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reinterpreted();
}
