namespace Devices.Terminal.Drivers.Bus;

/// <summary>The loop's clock, for what is called without a time.</summary>
public interface ITicks
{
    /// <summary>Monotonic ms since boot.</summary>
    long NowMs { get; }
}
