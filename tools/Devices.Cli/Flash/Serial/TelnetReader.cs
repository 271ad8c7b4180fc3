namespace Devices.Cli.Flash.Serial;

/// <summary>Tells data from commands in a Telnet stream (RFC 854, RFC 855), byte by byte.</summary>
internal sealed class TelnetReader
{
    private const byte Iac = 255, Will = 251, Begin = 250, End = 240;

    // A well-meaning server sends a few bytes; more is garbage and is dropped.
    private const int LongestSubnegotiation = 1024;

    private readonly List<byte> _inner = [];
    private State _state;
    private byte _verb;

    private enum State
    {
        Data, Command, Option, Inner, InnerCommand,
    }

    /// <summary>WILL, WONT, DO or DONT with its option.</summary>
    public Action<byte, byte>? OnOption { get; set; }

    /// <summary>Contents of a subnegotiation, option first.</summary>
    public Action<List<byte>>? OnSubnegotiation { get; set; }

    /// <summary>Takes the next byte; true when it is data.</summary>
    public bool Take(byte one)
    {
        switch (_state)
        {
            case State.Data when one == Iac:
                _state = State.Command;
                return false;
            case State.Data:
                return true;
            case State.Command when one == Iac:
                _state = State.Data;
                return true;
            case State.Command when one == Begin:
                _inner.Clear();
                _state = State.Inner;
                return false;
            case State.Command when one >= Will:
                _verb = one;
                _state = State.Option;
                return false;
            case State.Command:
                _state = State.Data;
                return false;
            case State.Option:
                _state = State.Data;
                OnOption?.Invoke(_verb, one);
                return false;
            case State.Inner when one == Iac:
                _state = State.InnerCommand;
                return false;
            case State.InnerCommand when one == End:
                _state = State.Data;
                OnSubnegotiation?.Invoke(_inner);
                return false;
            default:
                if (_inner.Count < LongestSubnegotiation) _inner.Add(one);
                _state = State.Inner;
                return false;
        }
    }
}
