using Devices.Terminal.Parts;

namespace Devices.Standins.Terminal;

/// <summary>The door's contact and the button at its inside.</summary>
public sealed class HostDoor : IDoorContact, IExitButton
{
    private volatile bool _open;
    private int _pressed;

    public void SetOpen(bool open) => _open = open;

    public void Press() => Interlocked.Increment(ref _pressed);

    public bool IsOpen(long nowMs) => _open;

    public bool TakePressed(long nowMs)
    {
        if (Volatile.Read(ref _pressed) == 0) return false;
        Interlocked.Decrement(ref _pressed);
        return true;
    }
}
