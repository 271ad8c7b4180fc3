using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Devices.Bridge.Store;

namespace Devices.Bridge.Web.Api;

/// <summary>Makes keys: 256 random bits, so that their plain SHA-256 is enough to keep.</summary>
public static class ApiToken
{
    public const string Prefix = "dvk_";

    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Stores a new key and gives it: the only moment at which it is seen.</summary>
    public static async Task<string> AddAsync(
        IApiKeyStore keys, IAuditStore audit, string name, IReadOnlyList<string> resources, SiteScope scope, long? expiresAt, string by, string? address, CancellationToken cancellationToken)
    {
        string token = Create();
        long id = await keys.AddAsync(Hash(token), new(0, name, token[..12], resources, scope, 0, by, expiresAt, null, null, null, null), cancellationToken);
        await audit.AuditAsync(by, "api-key.add", $"{id} {name}", $"{string.Join(',', resources)}; {scope}", address, cancellationToken);
        return token;
    }

    /// <summary>One sentence about a name or words that cannot be, or null.</summary>
    public static string? Check(string? name, IReadOnlyCollection<string> resources) =>
        string.IsNullOrWhiteSpace(name) || name.Length > 60 || name.Any(char.IsControl) ? "Give the key a name of up to 60 letters, such as the program that uses it."
        : resources.Count == 0 ? $"Say what the key may read: {string.Join(", ", ApiResource.Every)}."
        : resources.FirstOrDefault(one => !ApiResource.Every.Contains(one)) is { } unknown ? $"There is nothing called '{unknown}': a key reads {string.Join(", ", ApiResource.Every)}."
        : null;
}
