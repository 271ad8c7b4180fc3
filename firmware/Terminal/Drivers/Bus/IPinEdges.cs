namespace Devices.Terminal.Drivers.Bus;

/// <summary>A digital input that reports its edges.</summary>
public interface IPinEdges : IPinInput
{
    /// <summary>From now on every edge goes to <paramref name="sink"/>, as it happens; one sink only. Called again it arms the edges anew.</summary>
    void Listen(IEdgeSink sink);
}
