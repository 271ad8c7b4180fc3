namespace Devices.Terminal.Parts;

/// <summary>A keypad for the PIN.</summary>
public interface IKeypad
{
    /// <summary>The key pressed since the last call (de-bounced, once a press): '0' to '9', '*', '#', or '\0' for none.</summary>
    char Poll(long nowMs);
}
