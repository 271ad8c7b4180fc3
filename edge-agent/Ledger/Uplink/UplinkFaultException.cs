namespace Devices.Edge.Ledger.Uplink;

/// <summary>The connection is of no more use; the message says why in one sentence. Always answered by reconnecting.</summary>
internal sealed class UplinkFaultException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The bridge's CONNACK said that it does not let this terminal in.</summary>
    public bool Refused { get; init; }

    /// <summary>It was our bridge: its certificate was found good. What broke then may have been a refusal of ours by its TLS, which has no words.</summary>
    public bool Reached { get; init; }
}
