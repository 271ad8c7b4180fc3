using System.Text.RegularExpressions;
using Devices.Cli.App;

namespace Devices.Cli.Provisioning;

/// <summary>A claim as the bridge hands it to the technician: a single-use code and the SHA-256 of the bridge's root certificate (DER).</summary>
public sealed partial record Claim(string Code, string RootSha256)
{
    /// <summary>Where the certificate is in place already and no claim is needed any more.</summary>
    public static Claim None { get; } = new("", "");

    /// <exception cref="CliException"><see cref="ExitCodes.ClaimMalformed"/>; the code itself is never repeated in the sentence.</exception>
    public static Claim Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        int at = trimmed.LastIndexOf('@');
        if (at <= 0) throw new CliException(ExitCodes.ClaimMalformed, "The claim has no '@': it must be CODE@ROOTSHA256HEX.");
        string code = trimmed[..at];
        string root = trimmed[(at + 1)..].Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        if (!CodePattern().IsMatch(code)) throw new CliException(ExitCodes.ClaimMalformed, "The part of the claim before '@' is not a claim code (letters, digits and '-').");
        if (!RootPattern().IsMatch(root)) throw new CliException(ExitCodes.ClaimMalformed, $"The part of the claim after '@' must be 64 hex digits, it has {root.Length} characters.");
        return new Claim(code, root);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{4,128}\z")]
    private static partial Regex CodePattern();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex RootPattern();
}
