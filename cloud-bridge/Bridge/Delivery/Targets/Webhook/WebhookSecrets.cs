using System.Security.Cryptography;

namespace Devices.Bridge.Delivery.Targets.Webhook;

/// <summary>The signing secrets: one, or the new and the old while a receiver changes over.</summary>
public static class WebhookSecrets
{
    private const string Prefix = "whsec_";

    /// <summary>Reads a file: one secret a line, the current one first. The keys, or a sentence about what is wrong.</summary>
    public static (IReadOnlyList<byte[]> Keys, string? Problem) Read(string file)
    {
        try
        {
            return Parse(File.ReadAllText(file));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return ([], $"{file} cannot be read: check that it exists and belongs to the bridge's user.");
        }
    }

    /// <summary>As <see cref="Read"/>, of the file's text. The sentence never holds any of it.</summary>
    public static (IReadOnlyList<byte[]> Keys, string? Problem) Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length is 0 or > 2) return ([], $"it holds {lines.Length} lines: give one secret, or two while it is rotated, the new one first.");
        List<byte[]> keys = [];
        for (int i = 0; i < lines.Length; i++)
        {
            byte[] key = new byte[128];
            if (!lines[i].StartsWith(Prefix, StringComparison.Ordinal) || !Convert.TryFromBase64String(lines[i][Prefix.Length..], key, out int length) || length is < 24 or > 64)
                return ([], $"line {i + 1} is no secret: it must be {Prefix} and the base64 of 24 to 64 random bytes, such as `Devices.Bridge webhook-secret` prints.");
            keys.Add(key[..length]);
        }

        return (keys, null);
    }

    /// <summary>A new secret of 32 random bytes.</summary>
    public static string New() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
