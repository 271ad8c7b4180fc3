using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Downlink;

/// <summary>Where one session stands with the versions that are wished for it: sent whole, until the terminal says that it knows this wish.</summary>
public sealed class TerminalUpdates(string terminal, IRolloutStore rollouts, DownlinkOptions options, TimeProvider time)
{
    private UpdateApplied? _at;
    private string _sent = "";
    private long _sentAt;

    /// <summary>What the terminal says it knows; null where it takes no updates.</summary>
    public void Stand(UpdateApplied? applied) => _at = applied;

    /// <summary>What is to go now; null where the terminal knows it, takes none, or has not answered yet.</summary>
    public async Task<(UpdateMessage Wish, byte[] Payload)?> NextAsync(CancellationToken cancellationToken)
    {
        if (_at is null) return null;
        UpdateMessage wish = await rollouts.WishAsync(terminal, cancellationToken);
        bool knows = wish.Digest == _at.Digest || (wish.Wanted.Count == 0 && _at.Digest.Length == 0);
        if (knows || (_sent == wish.Digest && time.GetElapsedTime(_sentAt) < options.SendAgain)) return null;
        (_sent, _sentAt) = (wish.Digest, time.GetTimestamp());
        return (wish, ContractCodec.Write(wish, ContractJson.Default.UpdateMessage));
    }
}
