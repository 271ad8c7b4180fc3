namespace Devices.Terminal.Parts;

/// <summary>The temperature inside the case.</summary>
public interface IThermometer
{
    /// <summary>In hundredths of a degree Celsius; false when it could not be read.</summary>
    bool TryReadCelsius100(out int celsius100);
}
