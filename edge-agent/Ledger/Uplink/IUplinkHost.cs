using Devices.Contract.Messages;

namespace Devices.Edge.Ledger.Uplink;

/// <summary>What the uplink asks of the program around it. Called one at a time from the session's loop; keep it short.</summary>
public interface IUplinkHost
{
    /// <summary>Versions by part, for <c>hello</c> and <c>status</c>: <c>agent</c>, <c>firmware</c>, <c>pack</c>.</summary>
    IReadOnlyDictionary<string, string> Versions => new Dictionary<string, string>();

    /// <summary>The roster revision that the terminal holds.</summary>
    long RosterRevision => 0;

    /// <summary>What of the bridge's wishes is carried out, for <c>hello</c>; null for none.</summary>
    AppliedMessage? Applied => null;

    /// <summary>Adds temperature, last frame and so on to a status about to be sent.</summary>
    StatusMessage Describe(StatusMessage basis) => basis;

    /// <summary>The bridge told its state: revisions it wants. Watermark and time are dealt with already.</summary>
    Task OnStateAsync(StateMessage state, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>A message on <c>roster</c> or <c>command</c> (<see cref="Contract.Topics"/>).</summary>
    Task OnDownlinkAsync(string leaf, ReadOnlyMemory<byte> payload, CancellationToken cancellation) => Task.CompletedTask;
}
