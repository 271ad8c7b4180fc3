namespace Devices.Terminal.Drivers.Bus;

/// <summary>A digital output.</summary>
public interface IPinOutput
{
    void Set(bool high);
}
