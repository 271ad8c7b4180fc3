using System.Net;

namespace Devices.Bridge.Delivery.Targets.Webhook;

/// <summary>The signed webhook: <c>Bridge:Webhook:*</c>. Without an address there is none.</summary>
public sealed record WebhookOptions : LaneOptions
{
    /// <summary>Longer waits than at the platform: a receiver may be down for days.</summary>
    public WebhookOptions() => (RetrySeconds, RetryMaxSeconds) = (5, 3600);

    /// <summary>Where every punch is posted.</summary>
    public string Url { get; init; } = "";

    /// <summary>File with the signing secret, <c>whsec_</c> and base64 of 24 to 64 bytes; a second line holds the old one while it is rotated. Read at each call.</summary>
    public string SecretFile { get; init; } = "";

    /// <summary>Whether the address may lead into a private network, and may be plain http there.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Seconds until a call is given up; Standard Webhooks recommends 15 to 30.</summary>
    public double TimeoutSeconds { get; init; } = 20;

    /// <summary>Bytes of an answer that are read; a longer one is cut off, its status counts.</summary>
    public int MaxResponseBytes { get; init; } = 16 * 1024;

    /// <summary>Calls of one punch that the receiver refuses (400, 409, 422, …) until it is a dead letter.</summary>
    public int RefusedAttempts { get; init; } = 6;

    /// <summary>What it gets of the past: <c>new</c>, <c>all</c>, or a first day.</summary>
    public string From { get; init; } = "new";

    public bool Enabled => !string.IsNullOrWhiteSpace(Url);

    internal Uri Address => new(Url);

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check()
    {
        if (!Enabled) return null;
        if (!Uri.TryCreate(Url, UriKind.Absolute, out Uri? url) || !(url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp))
            return $"Bridge:Webhook:Url is '{Url}': give an https address.";
        if (url.UserInfo.Length > 0) return "Bridge:Webhook:Url holds a user name: the signature says who sends, leave it out.";
        if (url.Fragment.Length > 0) return "Bridge:Webhook:Url holds a fragment (#…), which is never sent: leave it out.";
        if (url.Scheme == Uri.UriSchemeHttp && !AllowPrivateAddresses)
            return "Bridge:Webhook:Url is plain http: use https, or set Bridge:Webhook:AllowPrivateAddresses for a receiver in your own network.";
        if (!AllowPrivateAddresses && (url.IsLoopback || (IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address) && !AddressGuard.IsPublic(address))))
            return $"Bridge:Webhook:Url leads to {url.Host}, which is not a public address: set Bridge:Webhook:AllowPrivateAddresses if that is meant.";
        if (string.IsNullOrWhiteSpace(SecretFile)) return "Bridge:Webhook:SecretFile is missing: give the path of a file with the signing secret (whsec_…).";
        if (WebhookSecrets.Read(SecretFile).Problem is { } problem) return $"Bridge:Webhook:SecretFile: {problem}";
        if (TimeoutSeconds is not (>= 0.1 and <= 120)) return "Bridge:Webhook:TimeoutSeconds must be from 0.1 to 120.";
        if (MaxResponseBytes is < 256 or > 1_048_576) return "Bridge:Webhook:MaxResponseBytes must be from 256 to 1048576.";
        if (RefusedAttempts is < 1 or > 100) return "Bridge:Webhook:RefusedAttempts must be from 1 to 100.";
        return CheckLane("Bridge:Webhook");
    }
}
