using System.Buffers.Binary;
using System.Text;

namespace Devices.Standins.EspRom;

/// <summary>
/// A stand-in of a board with an ESP32-family chip: a chip that starts into its ROM loader or its program, answers the loader's commands
/// byte by byte as Espressif's "Serial Protocol" describes, and has a flash chip behind it. No code of the chip runs.
/// </summary>
public sealed class RomMachine
{
    public const int StartBaud = 115_200;

    private readonly Lock _lock = new();
    private readonly Action<byte[]> _send;
    private readonly Func<int> _hostBaud;
    private readonly List<byte> _frame = [];
    private readonly byte[] _mac;
    private Dictionary<uint, uint> _registers;
    private RomCommands _commands;
    private bool _inside, _escaped, _synced;
    private int _baud = StartBaud;

    /// <param name="send">Where bytes to the host go.</param>
    /// <param name="hostBaud">The speed at which the host's side of the wire runs.</param>
    /// <param name="mac">Six bytes.</param>
    public RomMachine(RomChip chip, FlashMemory flash, RomFaultPlan faults, byte[] mac, Action<byte[]> send, Func<int> hostBaud)
    {
        ArgumentNullException.ThrowIfNull(chip);
        Chip = chip;
        Flash = flash;
        Faults = faults;
        _mac = mac;
        _send = send;
        _hostBaud = hostBaud;
        _registers = chip.AfterReset(mac);
        _commands = new RomCommands(chip, flash, _registers);
    }

    public RomChip Chip { get; }

    public FlashMemory Flash { get; }

    public RomFaultPlan Faults { get; }

    /// <summary>Whether the loader runs; otherwise the program does and hears nothing.</summary>
    public bool InLoader { get; private set; }

    /// <summary>How often the program was started.</summary>
    public int Starts { get; private set; }

    /// <summary>What pressing RESET does, with BOOT held (<paramref name="loader"/>) or not.</summary>
    public void Reset(bool loader)
    {
        lock (_lock)
        {
            _registers = Chip.AfterReset(_mac);
            _commands = new RomCommands(Chip, Flash, _registers);
            _inside = _escaped = _synced = false;
            _frame.Clear();
            _baud = StartBaud;
            InLoader = loader;
            if (!loader) Starts++;
            Say(Encoding.ASCII.GetBytes($"\r\nESP-ROM:{Chip.Name}\r\nrst:0x1 (POWERON),boot:{(loader ? "0x0 (DOWNLOAD(USB/UART0))\r\nwaiting for download" : "0x8 (SPI_FAST_FLASH_BOOT)\r\nentry 0x403c9908")}\r\n"));
        }
    }

    /// <summary>Bytes from the host.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (!InLoader) return;
            int host = _hostBaud();
            // Before the first sync the ROM measures the host's speed; afterwards both sides must agree.
            bool heard = (!_synced || host == _baud) && host <= Faults.MaxBaud;
            if (!_synced) _baud = host;
            foreach (byte one in bytes)
            {
                if (Faults.LosesIn()) continue;
                Take(heard ? Faults.Altered(one) : Faults.Noise());
            }
        }
    }

    private void Take(byte one)
    {
        if (one == 0xC0)
        {
            if (_inside && _frame.Count > 0)
            {
                byte[] packet = [.. _frame];
                _inside = false;
                Run(packet);
            }
            else
            {
                _inside = true;
            }

            _frame.Clear();
            _escaped = false;
            return;
        }

        if (!_inside || _frame.Count > 0x5000) return;
        if (_escaped)
        {
            _frame.Add(one == 0xDC ? (byte)0xC0 : one == 0xDD ? (byte)0xDB : one);
            _escaped = false;
        }
        else if (one == 0xDB)
        {
            _escaped = true;
        }
        else
        {
            _frame.Add(one);
        }
    }

    private void Run(byte[] packet)
    {
        if (packet.Length < 8 || packet[0] != 0) return;
        byte op = packet[1];
        byte[] data = packet[8..];
        // A torn request: the ROM waits for the announced length and drops what is not it.
        if (BinaryPrimitives.ReadUInt16LittleEndian(packet.AsSpan(2)) != data.Length) return;
        int number = Faults.CountCommand();
        if (op == RomCommands.Sync) _synced = true;
        else if (!_synced) return;
        RomReply reply = _commands.Run(op, BinaryPrimitives.ReadUInt32LittleEndian(packet.AsSpan(4)), data);
        if (Faults.Restarts(number))
        {
            Reset(loader: false);
            return;
        }

        if (Faults.SlowMilliseconds > 0) Thread.Sleep(Faults.SlowMilliseconds);
        if (!Faults.Mutes(number))
            for (int i = 0; i < reply.Times; i++) Say(Frame(op, reply));
        if (reply.NewBaud is { } baud) _baud = baud;
        if (reply.Starts) Reset(loader: false);
    }

    private static byte[] Frame(byte op, RomReply reply)
    {
        List<byte> packet = [1, op, (byte)(reply.Data.Length + 4), (byte)((reply.Data.Length + 4) >> 8), .. BitConverter.GetBytes(reply.Value), .. reply.Data, reply.Error == 0 ? (byte)0 : (byte)1, reply.Error, 0, 0];
        List<byte> frame = [0xC0];
        foreach (byte one in packet)
        {
            if (one == 0xC0) frame.AddRange([0xDB, 0xDC]);
            else if (one == 0xDB) frame.AddRange([0xDB, 0xDD]);
            else frame.Add(one);
        }

        frame.Add(0xC0);
        return [.. frame];
    }

    private void Say(byte[] bytes)
    {
        bool understood = _hostBaud() == _baud && _baud <= Faults.MaxBaud;
        byte[] sent = [.. bytes.Where(_ => !Faults.LosesOut()).Select(one => understood ? one : Faults.Noise())];
        if (sent.Length > 0) _send(sent);
    }
}
