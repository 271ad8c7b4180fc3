using System.Text.Json.Serialization;

namespace Devices.Cli.Provisioning.Bundles;

/// <summary>What a sealed bundle carries to a board whose bridge is out of reach.</summary>
public sealed record BundleContent
{
    public ProvisionAnswers Answers { get; init; } = new();

    /// <summary>Besides the claim the one secret of the bundle.</summary>
    public string? WifiPassword { get; init; }

    /// <summary>The password between MCU and board, where the MCU was given its settings before the board.</summary>
    public string? McuPassword { get; init; }
}

/// <summary>The file: everything but <see cref="Data"/> is readable, and authenticated with it.</summary>
public sealed record BundleEnvelope
{
    public int DevicesBundle { get; init; }

    public string Terminal { get; init; } = "";

    /// <summary>The board that it is for; null for any.</summary>
    public string? Serial { get; init; }

    public DateTimeOffset MadeAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary><c>pbkdf2-hmac-sha256</c>.</summary>
    public string Kdf { get; init; } = "";

    public int Rounds { get; init; }

    public byte[] Salt { get; init; } = [];

    public byte[] Nonce { get; init; } = [];

    /// <summary>AES-256-GCM: ciphertext, then the tag of 16 bytes.</summary>
    public byte[] Data { get; init; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BundleContent))]
[JsonSerializable(typeof(BundleEnvelope))]
internal sealed partial class BundleJson : JsonSerializerContext;
