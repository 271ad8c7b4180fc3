using Devices.Terminal.Drivers.Bus;
using static Devices.Terminal.Drivers.Readers.Rc522Registers;

namespace Devices.Terminal.Drivers.Readers;

/// <summary>Register access of the MFRC522 over SPI (8.1.2) and one exchange with a card; no call waits.</summary>
internal sealed class Rc522Link
{
    private readonly ISpiBus _spi;
    private readonly byte[] _out = new byte[20];
    private readonly byte[] _in = new byte[20];

    public Rc522Link(ISpiBus spi)
    {
        _spi = spi;
    }

    public int Get(int register)
    {
        _out[0] = (byte)(0x80 | (register << 1));
        _out[1] = 0;
        _spi.Transfer(_out, _in, 2);
        return _in[1];
    }

    public void Set(int register, int value)
    {
        _out[0] = (byte)(register << 1);
        _out[1] = (byte)value;
        _spi.Write(_out, 0, 2);
    }

    /// <summary>
    /// Timer 10 ms after the end of sending (TAuto, 13.56 MHz / (2 × 169 + 1) = 40 kHz, 400 ticks), 100 % ASK, CRC preset 6363, aerial on.
    /// Ends with the CRC coprocessor's own answer to 00 00 (A0 1E by ISO/IEC 14443-3, annex B): wires and chip work. False: they do not.
    /// </summary>
    public bool Configure()
    {
        Set(CommandReg, Idle);
        Set(TModeReg, 0x80);
        Set(TPrescalerReg, 169);
        Set(TReloadRegH, 400 >> 8);
        Set(TReloadRegL, 400 & 0xFF);
        Set(TxAskReg, 0x40);
        Set(ModeReg, 0x3D);
        Set(CollReg, 0x80);
        Set(TxControlReg, 0x83);
        Set(DivIrqReg, CrcIrq);
        Set(FifoLevelReg, FlushBuffer);
        Set(FifoDataReg, 0);
        Set(FifoDataReg, 0);
        Set(CommandReg, CalcCrc);
        bool done = false;
        for (int i = 0; i < 20 && !done; i++)
        {
            done = (Get(DivIrqReg) & CrcIrq) != 0;
        }

        Set(CommandReg, Idle);
        return done && Get(CrcResultRegL) == 0xA0 && Get(CrcResultRegH) == 0x1E && Get(TReloadRegL) == (400 & 0xFF);
    }

    /// <summary>Starts an exchange. <paramref name="lastBits"/>: bits of the last byte that are sent, 0 for all.</summary>
    public void Send(byte[] frame, int count, int lastBits)
    {
        Set(CommandReg, Idle);
        Set(ComIrqReg, ClearIrqs);
        Set(FifoLevelReg, FlushBuffer);
        _out[0] = FifoDataReg << 1;
        for (int i = 0; i < count; i++)
        {
            _out[i + 1] = frame[i];
        }

        _spi.Write(_out, 0, count + 1);
        Set(BitFramingReg, lastBits);
        Set(CommandReg, Transceive);
        Set(BitFramingReg, StartSend | lastBits);
    }

    /// <summary>Looks whether the exchange has ended; if so, its bytes and the number of sound bits in the last of them (0 for all).</summary>
    public Rc522Answer Take(byte[] into, out int count, out int lastBits)
    {
        count = 0;
        lastBits = 0;
        int irq = Get(ComIrqReg);
        if ((irq & (RxIrq | TimerIrq)) == 0)
        {
            return Rc522Answer.Pending;
        }

        if ((irq & Set1) != 0)
        {
            return Rc522Answer.Absent;
        }

        int error = Get(ErrorReg);
        int level = Get(FifoLevelReg) & 0x7F;
        lastBits = Get(ControlReg) & 7;
        Set(BitFramingReg, 0);
        if ((irq & RxIrq) == 0)
        {
            Set(CommandReg, Idle);
            return Rc522Answer.Silence;
        }

        if ((error & CollErr) != 0)
        {
            return Rc522Answer.Collision;
        }

        if ((error & (BufferOvfl | ParityErr | ProtocolErr)) != 0 || level == 0 || level > into.Length)
        {
            return Rc522Answer.Broken;
        }

        // The address byte is repeated for each byte read but the last, whose place takes a zero.
        for (int i = 0; i < level; i++)
        {
            _out[i] = 0x80 | (FifoDataReg << 1);
        }

        _out[level] = 0;
        _spi.Transfer(_out, _in, level + 1);
        for (int i = 0; i < level; i++)
        {
            into[i] = _in[i + 1];
        }

        count = level;
        return Rc522Answer.Data;
    }
}
