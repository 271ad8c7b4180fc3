using System.Security.Cryptography;
using System.Text;

namespace Devices.Bridge.Web.Access;

/// <summary>Secrets in the addresses of wall boards: 160 random bits, so that a plain SHA-256 at rest suffices.</summary>
public static class WallLinks
{
    private const int Bytes = 20;

    /// <summary>A new secret, hex.</summary>
    public static string Create() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>What is stored of a secret; null where the text is none.</summary>
    public static string? Hash(string? secret) => secret is { Length: 2 * Bytes } && secret.All(char.IsAsciiHexDigitLower)
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret))) : null;
}
