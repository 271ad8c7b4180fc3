namespace Devices.Terminal.Parts;

/// <summary>How far away whatever stands in front of the terminal is (time of flight).</summary>
public interface IDistanceSensor
{
    /// <summary>The last distance in mm, or -1 when nothing is in range or nothing was measured lately. Never blocks.</summary>
    int Millimetres(long nowMs);
}
