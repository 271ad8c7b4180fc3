using System.Security.Cryptography;
using System.Text;

namespace Devices.Bridge.Fleet;

/// <summary>
/// A single-use claim: 20 characters of Crockford's base 32 (100 random bits, so a plain SHA-256 at rest suffices), in groups of five
/// for reading aloud. Case, dashes and the look-alikes O, I and L do not matter when it is typed.
/// </summary>
public static class ClaimCode
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 20;

    /// <summary>A new code, as <c>XXXXX-XXXXX-XXXXX-XXXXX</c>.</summary>
    public static string Create()
    {
        string text = RandomNumberGenerator.GetString(Alphabet, Length);
        return $"{text[..5]}-{text[5..10]}-{text[10..15]}-{text[15..]}";
    }

    /// <summary>What a technician gets: the code and the root to pin.</summary>
    public static string WithRoot(string code, string rootFingerprint) => $"{code}@{rootFingerprint}";

    /// <summary>SHA-256 of a code as typed, with or without <c>@root</c>; false where it is no code at all.</summary>
    public static bool TryHash(string? typed, out byte[] hash)
    {
        hash = [];
        if (typed is null || typed.Length > 200) return false;
        int at = typed.IndexOf('@', StringComparison.Ordinal);
        StringBuilder code = new(Length);
        foreach (char c in at < 0 ? typed : typed[..at])
        {
            char upper = char.ToUpperInvariant(c) switch { 'O' => '0', 'I' or 'L' => '1', char other => other };
            if (upper is '-' or ' ') continue;
            if (!Alphabet.Contains(upper, StringComparison.Ordinal) || code.Length == Length) return false;
            code.Append(upper);
        }
        if (code.Length != Length) return false;
        hash = SHA256.HashData(Encoding.ASCII.GetBytes(code.ToString()));
        return true;
    }
}
