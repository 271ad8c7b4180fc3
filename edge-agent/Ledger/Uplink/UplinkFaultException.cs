namespace Devices.Edge.Ledger.Uplink;

/// <summary>The connection is of no more use; the message says why in one sentence. Always answered by reconnecting.</summary>
internal sealed class UplinkFaultException(string message, Exception? inner = null) : Exception(message, inner);
