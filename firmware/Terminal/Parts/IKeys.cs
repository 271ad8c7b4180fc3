namespace Devices.Terminal.Parts;

/// <summary>The keys: in, out, and the exit button at the inside of the door.</summary>
public interface IKeys
{
    /// <summary>The key pressed since the last call (de-bounced), or <see cref="KeyPress.None"/>.</summary>
    KeyPress Poll(long nowMs);
}
