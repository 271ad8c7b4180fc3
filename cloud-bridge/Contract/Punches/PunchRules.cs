using System.Text;
using System.Text.RegularExpressions;

namespace Devices.Contract.Punches;

/// <summary>The ranges of a punch's fields (design section 3), as sentences for whoever has to mend the sender.</summary>
public static partial class PunchRules
{
    /// <summary>Longest terminal name.</summary>
    public const int MaxTerminal = 32;

    /// <summary>Longest userid, in bytes of UTF-8.</summary>
    public const int MaxPerson = 64;

    /// <summary>Longest model pack name, in bytes of UTF-8.</summary>
    public const int MaxPack = 96;

    /// <summary>Whether <paramref name="name"/> can name a terminal: 1 to 32 of <c>a-z0-9-</c>, not beginning with a dash.</summary>
    public static bool IsTerminalName(string? name) => name is not null && TerminalName().IsMatch(name);

    /// <summary>Null where every field is in range, else one sentence that names the first that is not.</summary>
    public static string? Check(Punch punch)
    {
        ArgumentNullException.ThrowIfNull(punch);
        string where = $"punch {punch.Seq}";
        if (!IsTerminalName(punch.Terminal)) return $"{where}: terminal '{Shorten(punch.Terminal)}' is not 1 to 32 of a-z, 0-9 and '-'.";
        if (punch.Ledger == Guid.Empty) return $"{where}: the ledger id is empty.";
        if (punch.Seq < 1) return $"{where}: seq must count from 1.";
        if (string.IsNullOrEmpty(punch.Person)) return $"{where}: person is empty.";
        if (Encoding.UTF8.GetByteCount(punch.Person) > MaxPerson) return $"{where}: person is longer than {MaxPerson} bytes.";
        foreach (char c in punch.Person)
            if (char.IsControl(c)) return $"{where}: person holds a control character.";
        if (punch.At < 0) return $"{where}: at {punch.At} lies before 1970.";
        if (punch.At > MaxAt) return $"{where}: at {punch.At} is not in milliseconds since the Unix epoch.";
        if (!Enum.IsDefined(punch.Clock)) return $"{where}: clock {(int)punch.Clock} is not known.";
        if (punch.UncertaintyMs < -1) return $"{where}: uncertainty_ms {punch.UncertaintyMs} is below -1.";
        if (!Enum.IsDefined(punch.Method)) return $"{where}: method {(int)punch.Method} is not known.";
        if (!Enum.IsDefined(punch.Direction)) return $"{where}: direction {(int)punch.Direction} is not known.";
        if (!Finite(punch.Score) || !Finite(punch.Threshold) || !Finite(punch.Liveness)) return $"{where}: score, threshold and liveness must be finite numbers.";
        if (punch.Method == PunchMethod.Face && (punch.Score is null || punch.Threshold is null || string.IsNullOrEmpty(punch.Pack)))
            return $"{where}: a face punch carries score, threshold and pack.";
        if (punch.Pack is not null && Encoding.UTF8.GetByteCount(punch.Pack) > MaxPack) return $"{where}: pack is longer than {MaxPack} bytes.";
        if (punch.Pack is not null && punch.Pack.Any(char.IsControl)) return $"{where}: pack holds a control character.";
        if (punch.Photo is not null && !PunchChain.TryParseHex(punch.Photo, out _)) return $"{where}: photo is not a SHA-256 in hex.";
        if (!PunchChain.TryParseHex(punch.Chain, out _)) return $"{where}: chain is not a SHA-256 in hex.";
        return null;
    }

    // The year 9999: larger values are micro- or nanoseconds sent by mistake.
    private const long MaxAt = 253_402_300_799_999;

    private static bool Finite(float? value) => value is null || float.IsFinite(value.Value);

    // What came from outside goes into a sentence, and from there into logs and pages: short, and without control characters.
    private static string Shorten(string? text)
    {
        if (text is null) return "";
        string head = text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");
        return string.Create(head.Length, head, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++) to[i] = char.IsControl(from[i]) ? '\uFFFD' : from[i];
        });
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,31}\z")]
    private static partial Regex TerminalName();
}
