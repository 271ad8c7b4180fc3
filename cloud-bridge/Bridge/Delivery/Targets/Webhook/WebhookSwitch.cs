using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery.Targets.Webhook;

/// <summary>
/// Remembers that a receiver asked for no more (410 Gone): the target stays off over restarts, until its address is another or somebody
/// switches it on again.
/// </summary>
public sealed class WebhookSwitch(ISettingStore settings, WebhookOptions options)
{
    /// <summary>The setting that holds the address that is gone; empty where none is.</summary>
    public const string Key = "webhook.gone";

    public async Task<bool> IsOffAsync(CancellationToken cancellationToken) => await settings.GetSettingAsync(Key, cancellationToken) == options.Url;

    public Task OffAsync(CancellationToken cancellationToken) => settings.SetSettingAsync(Key, options.Url, cancellationToken);
}
