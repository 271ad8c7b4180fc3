namespace Devices.Bridge;

/// <summary>The bridge cannot start for a reason its operator can mend. The message is one sentence: what was wrong and what to do.</summary>
public sealed class BridgeStartException : Exception
{
    public BridgeStartException() { }
    public BridgeStartException(string message) : base(message) { }
    public BridgeStartException(string message, Exception inner) : base(message, inner) { }
}
