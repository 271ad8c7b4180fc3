using System.Security.Cryptography;
using System.Text;
using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery.Targets.Webhook;

/// <summary>
/// Remembers that a receiver asked for no more (410 Gone): the target stays off over restarts, until its address is another or somebody
/// switches it on again.
/// </summary>
public sealed class WebhookSwitch(ISettingStore settings, WebhookOptions options)
{
    /// <summary>The setting that holds the SHA-256 of the address that is gone (the address itself may hold a key); empty where none is.</summary>
    public const string Key = "webhook.gone";

    public async Task<bool> IsOffAsync(CancellationToken cancellationToken) => await settings.GetSettingAsync(Key, cancellationToken) == Mark();

    public Task OffAsync(CancellationToken cancellationToken) => settings.SetSettingAsync(Key, Mark(), cancellationToken);

    /// <summary>The setting that holds who paused the webhook; empty where nobody did.</summary>
    public const string PausedKey = "webhook.paused";

    /// <summary>Who paused it; null where it is not paused.</summary>
    public async Task<string?> PausedByAsync(CancellationToken cancellationToken) => await settings.GetSettingAsync(PausedKey, cancellationToken) is { Length: > 0 } by ? by : null;

    public Task PauseAsync(string by, CancellationToken cancellationToken) => settings.SetSettingAsync(PausedKey, by, cancellationToken);

    private string Mark() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options.Url)));
}
