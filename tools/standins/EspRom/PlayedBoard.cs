namespace Devices.Standins.EspRom;

/// <summary>A board on this machine: a chip with its flash behind a pseudo-terminal or an RFC 2217 server.</summary>
public sealed class PlayedBoard : IDisposable
{
    private readonly PseudoTerminal? _terminal;
    private readonly Rfc2217Server? _server;
    private readonly ResetCircuit? _circuit;

    private PlayedBoard(RomChip chip, int flashMiB, RomFaultPlan faults, byte[] mac, PseudoTerminal? terminal, Rfc2217Server? server)
    {
        _terminal = terminal;
        _server = server;
        Machine = new RomMachine(chip, new FlashMemory(flashMiB), faults, mac,
            terminal is null ? server!.Write : terminal.Write, terminal is null ? () => server!.Baud : () => terminal.Baud);
        if (terminal is not null)
        {
            terminal.Received = bytes => Machine.Feed(bytes);
            terminal.Start();
        }
        else
        {
            _circuit = new ResetCircuit(Machine);
            server!.Received = bytes => Machine.Feed(bytes);
            server.Control = _circuit.Set;
            server.Start();
        }
    }

    public RomMachine Machine { get; }

    /// <summary>What a flashing tool is given as its port.</summary>
    public string Port => _terminal?.Path ?? $"rfc2217://127.0.0.1:{_server!.Port}";

    /// <summary>The wires of a board behind a server.</summary>
    public ResetCircuit? Circuit => _circuit;

    /// <summary>A board with buttons and no wires, held in its loader where <paramref name="loader"/>.</summary>
    public static PlayedBoard OnPseudoTerminal(RomChip chip, int flashMiB = 4, RomFaultPlan? faults = null, bool loader = true, byte[]? mac = null)
    {
        PlayedBoard board = new(chip, flashMiB, faults ?? new(), mac ?? [0x24, 0x6F, 0x28, 0xAA, 0xBB, 0xCC], new PseudoTerminal(), null);
        board.Machine.Reset(loader);
        return board;
    }

    /// <summary>A board whose wires reset it, running its program.</summary>
    public static PlayedBoard OnNetwork(RomChip chip, int flashMiB = 4, RomFaultPlan? faults = null, int port = 0, byte[]? mac = null)
    {
        PlayedBoard board = new(chip, flashMiB, faults ?? new(), mac ?? [0x24, 0x6F, 0x28, 0xAA, 0xBB, 0xCC], null, new Rfc2217Server(port));
        board.Machine.Reset(loader: false);
        return board;
    }

    /// <summary>Ends a network connection, as a server that restarts does.</summary>
    public void DropConnection() => _server?.Drop();

    public void Dispose()
    {
        _terminal?.Dispose();
        _server?.Dispose();
        _circuit?.Dispose();
    }
}
