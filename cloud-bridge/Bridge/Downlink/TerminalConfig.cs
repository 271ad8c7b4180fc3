using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Downlink;

/// <summary>Where one session stands with the wishes about its settings: sent whole, until the terminal says that it holds these.</summary>
public sealed class TerminalConfig(string terminal, IConfigStore configs, DownlinkOptions options, TimeProvider time)
{
    private ConfigApplied? _at;
    private long? _sentAt;

    /// <summary>What the terminal says it holds; null where it takes no configuration.</summary>
    public void Stand(ConfigApplied? applied)
    {
        _at = applied;
        _sentAt = null;
    }

    /// <summary>The wishes, and what is to go now; no payload where the terminal holds them, takes none, or has not answered yet.</summary>
    public async Task<(ConfigWish Wish, byte[]? Payload)> NextAsync(CancellationToken cancellationToken)
    {
        ConfigWish wish = await configs.WishAsync(terminal, cancellationToken);
        bool holds = _at is null || wish.Digest == _at.Digest;
        // A store without wishes, before which this terminal held some: it was restored from an older copy. Nothing is wished, so nothing is sent.
        if (holds || wish.Revision == 0 || (_sentAt is { } sent && time.GetElapsedTime(sent) < options.SendAgain)) return (wish, null);
        _sentAt = time.GetTimestamp();
        return (wish, ContractCodec.Write(new ConfigMessage { Revision = wish.Revision, Digest = wish.Digest, Settings = new(wish.Settings, StringComparer.Ordinal) }, ContractJson.Default.ConfigMessage));
    }
}
