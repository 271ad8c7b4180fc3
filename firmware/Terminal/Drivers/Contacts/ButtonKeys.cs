using Devices.Terminal.Parts;

namespace Devices.Terminal.Drivers.Contacts;

/// <summary>The keys in and out, and the exit button where nothing else takes it.</summary>
public sealed class ButtonKeys : IKeys
{
    private readonly PushButton _in;
    private readonly PushButton _out;
    private readonly PushButton? _exit;

    public ButtonKeys(PushButton keyIn, PushButton keyOut, PushButton? exit)
    {
        _in = keyIn;
        _out = keyOut;
        _exit = exit;
    }

    public KeyPress Poll(long nowMs)
    {
        bool inDown = _in.TakePressed(nowMs);
        bool outDown = _out.TakePressed(nowMs);
        bool exitDown = _exit != null && _exit.TakePressed(nowMs);
        return exitDown ? KeyPress.Exit : inDown ? KeyPress.In : outDown ? KeyPress.Out : KeyPress.None;
    }
}
