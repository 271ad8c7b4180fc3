namespace Devices.Terminal.Drivers.Bus;

/// <summary>A digital input.</summary>
public interface IPinInput
{
    bool IsHigh { get; }
}
