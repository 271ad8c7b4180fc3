using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal;

/// <summary>Pulses of the door relay: bounded in length, one per command id, ended by time and never by a message.</summary>
public sealed class DoorControl
{
    private readonly IDoorRelay? _relay;
    private readonly string[] _done = ["", "", "", "", "", "", "", ""];
    private int _nextDone;
    private bool _isOpen;
    private long _closeMs;

    public DoorControl(IDoorRelay? relay)
    {
        _relay = relay;
        _relay?.Set(false);
    }

    /// <summary>Whether the door is released now.</summary>
    public bool IsReleased
    {
        get { return _isOpen; }
    }

    /// <summary>Pulses given since boot.</summary>
    public int Pulses { get; private set; }

    /// <summary>Carries out the board's command; false when this id was carried out already.</summary>
    public bool Command(string id, int openMs, long nowMs)
    {
        for (int i = 0; i < _done.Length; i++)
        {
            if (_done[i] == id)
            {
                return false;
            }
        }

        _done[_nextDone] = id;
        _nextDone = (_nextDone + 1) % _done.Length;
        Pulse(openMs, nowMs);
        return true;
    }

    public void Pulse(int openMs, long nowMs)
    {
        if (_relay == null)
        {
            return;
        }

        int bounded = openMs > LinkLimits.MaxDoorOpenMs ? LinkLimits.MaxDoorOpenMs : openMs;
        _closeMs = nowMs + bounded;
        Pulses++;
        if (!_isOpen)
        {
            _isOpen = true;
            _relay.Set(true);
        }
    }

    public void Step(long nowMs)
    {
        if (_isOpen && nowMs >= _closeMs)
        {
            Lock();
        }
    }

    /// <summary>Locks at once.</summary>
    public void Lock()
    {
        _isOpen = false;
        _relay?.Set(false);
    }
}
