using System.Globalization;

namespace Devices.Bridge.Store;

/// <summary>
/// Where a page of punches begins: beside a punch, towards older or newer ones. What arrives meanwhile neither repeats nor hides a row, and the
/// thousandth page costs what the first does.
/// </summary>
/// <param name="At">Time of the punch beside which the page begins, ms since the Unix epoch.</param>
/// <param name="Id">Its id, for punches of the same time.</param>
/// <param name="Newer">Towards newer punches.</param>
/// <param name="Before">How many rows the reader has seen before this page; only for the sentence "51 to 100".</param>
public sealed record PunchCursor(long At, long Id, bool Newer, long Before)
{
    /// <summary>As it stands in an address: <c>o.AT.ID.BEFORE</c> for older ones, <c>n.…</c> for newer.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Newer ? 'n' : 'o')}.{At}.{Id}.{Before}");

    /// <summary>Reads what <see cref="ToString"/> wrote; null where it is anything else.</summary>
    public static PunchCursor? Parse(string? text)
    {
        string[] parts = text?.Split('.') ?? [];
        return parts.Length == 4 && parts[0] is "o" or "n" && Number(parts[1], out long at) && Number(parts[2], out long id) && Number(parts[3], out long before)
            ? new(at, id, parts[0] == "n", before) : null;
    }

    // Ids and times begin at 0.
    private static bool Number(string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
