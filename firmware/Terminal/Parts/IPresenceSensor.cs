namespace Devices.Terminal.Parts;

/// <summary>Whether somebody is in front of the terminal (PIR or ToF).</summary>
public interface IPresenceSensor
{
    /// <summary>The sensor's present output; never blocks.</summary>
    bool IsPresent(long nowMs);
}
