namespace Devices.Terminal.Parts;

/// <summary>The supply voltage.</summary>
public interface IVoltmeter
{
    /// <summary>In mV; false when it could not be read.</summary>
    bool TryReadMillivolts(out int millivolts);
}
