namespace Devices.Terminal.Parts;

/// <summary>The button at the inside of the door.</summary>
public interface IExitButton
{
    /// <summary>True once for each press (de-bounced); a stuck button opens the door once, not for ever.</summary>
    bool TakePressed(long nowMs);
}
