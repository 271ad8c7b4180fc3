namespace Devices.Firmware.Tests.Drivers.Sim;

/// <summary>
/// A card by ISO/IEC 14443-3 type A, chapter 6.3: IDLE, READY at a cascade level, ACTIVE, HALT. Its own CRC and BCC are computed here, not by the
/// driver's code.
/// </summary>
public sealed class SimPicc(params byte[] uid)
{
    private State _state;
    private int _level;

    private enum State
    {
        Idle,
        Ready,
        Active,
        Halt,
    }

    public byte[] Uid { get; } = uid;

    public bool WrongBcc { get; set; }

    public bool WrongCrc { get; set; }

    /// <summary>Says in the SAK that nothing follows although the cascade tag says it does.</summary>
    public bool WrongSak { get; set; }

    public bool Halted => _state == State.Halt;

    public void PowerOff() => _state = State.Idle;

    /// <summary>The answer to a frame, or null for silence.</summary>
    public byte[]? Answer(byte[] frame, int bits)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (bits == 7)
        {
            bool wakes = (frame[0] == 0x26 && _state == State.Idle) || (frame[0] == 0x52 && _state is State.Idle or State.Halt);
            bool silent = !wakes;
            _state = wakes ? State.Ready : _state == State.Halt ? State.Halt : State.Idle;
            _level = 0;
            return silent ? null : [(byte)(Uid.Length switch { 4 => 0x04, 7 => 0x44, _ => 0x84 }), 0x00];
        }

        if (frame.Length == 4 && frame[0] == 0x50 && frame[1] == 0 && Crc(frame, 2) && _state == State.Active)
        {
            _state = State.Halt;
            return null;
        }

        if (_state != State.Ready || frame[0] != 0x93 + (2 * _level))
        {
            _state = _state == State.Halt ? State.Halt : State.Idle;
            return null;
        }

        byte[] part = Part(_level);
        // A card with a wrong BCC believes in it when it is selected, so that nothing but the reader's own check is in its way.
        byte bcc = (byte)(part[0] ^ part[1] ^ part[2] ^ part[3] ^ (WrongBcc ? 0x10 : 0));
        if (frame.Length == 2 && frame[1] == 0x20)
        {
            return [.. part, bcc];
        }

        if (frame.Length != 9 || frame[1] != 0x70 || !Crc(frame, 7) || !frame.AsSpan(2, 4).SequenceEqual(part) || frame[6] != bcc)
        {
            _state = State.Idle;
            return null;
        }

        bool last = _level == (Uid.Length / 3) - 1;
        _state = last ? State.Active : State.Ready;
        _level++;
        byte sak = (byte)(last || WrongSak ? 0x08 : 0x04);
        int crc = Crc([sak]);
        return [sak, (byte)(WrongCrc ? crc ^ 1 : crc), (byte)(crc >> 8)];
    }

    private static bool Crc(byte[] frame, int count) => Crc(frame[..count]) == (frame[count] | (frame[count + 1] << 8));

    /// <summary>Bit by bit: x^16 + x^12 + x^5 + 1 reflected is 8408.</summary>
    public static int Crc(byte[] data)
    {
        int crc = 0x6363;
        foreach (byte b in data)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                int mix = (crc ^ (b >> bit)) & 1;
                crc = (crc >> 1) ^ (mix * 0x8408);
            }
        }

        return crc;
    }

    private byte[] Part(int level) => Uid.Length switch
    {
        4 => Uid,
        7 => level == 0 ? [0x88, .. Uid[..3]] : Uid[3..],
        _ => level switch { 0 => [0x88, .. Uid[..3]], 1 => [0x88, .. Uid[3..6]], _ => Uid[6..] },
    };
}
