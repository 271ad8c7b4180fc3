using System.Collections.Concurrent;
using System.Text;
using Devices.Standins.EspRom;
using Devices.Standins.Terminal;
using Devices.Terminal;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;
using Devices.Terminal.Provisioning;

namespace Devices.Cli.Tests.Wifi;

/// <summary>The firmware's own Improv session behind a pseudo-terminal, with a played radio: the two halves of the protocol were written apart.</summary>
internal sealed class FirmwareOnALine : ISerial, IWifiJoiner, IWifiStore, ISystem, IDisposable
{
    private readonly PseudoTerminal _terminal = new();
    private readonly ConcurrentQueue<byte> _in = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ImprovSession _session;
    private readonly Thread _loop;
    private readonly string? _flash;
    private WifiNetwork[]? _found;
    private Thread? _running;
    private volatile bool _dead;

    /// <param name="flash">Folder that stands in for the chip's flash: with one, the terminal's own settings are taken, and the firmware's loop starts with them.</param>
    public FirmwareOnALine(bool provisioned = false, string? flash = null)
    {
        _flash = flash;
        _session = new ImprovSession(this, this, this, this, ["Devices.Terminal", "0.4.0", "ESP32-S3", "m2-001"], provisioned);
        if (flash is not null) _session.Terminal = new TerminalFile(new HostStorage(flash, this));
        _terminal.Received = bytes => { foreach (byte one in bytes) _in.Enqueue(one); };
        _terminal.Start();
        _loop = new Thread(Loop) { IsBackground = true };
        _loop.Start();
    }

    public string Port => _terminal.Path;

    /// <summary>Networks that can be joined, with their passwords.</summary>
    public Dictionary<string, string> Air { get; } = new() { ["Shop 店"] = "correct horse" };

    /// <summary>True where the radio neither joins nor fails.</summary>
    public bool RadioHangs { get; set; }

    /// <summary>From here on the board says nothing.</summary>
    public bool Dead { set => _dead = value; }

    /// <summary>Dies when it is asked to join.</summary>
    public bool DiesOnJoin { get; set; }

    /// <summary>The firmware at work, once it has its settings.</summary>
    public TerminalMachine? Machine { get; private set; }

    /// <summary>The settings on flash.</summary>
    public TerminalConfig? Settings =>
        _flash is not null && File.Exists(Path.Combine(_flash, TerminalConfig.FileName)) && TerminalConfig.TryParse(File.ReadAllBytes(Path.Combine(_flash, TerminalConfig.FileName)), out TerminalConfig? config, out _) ? config : null;

    /// <summary>What was written to flash.</summary>
    public (string Ssid, string Password)? Saved { get; private set; }

    public WifiJoin State { get; private set; }

    public int Reason { get; private set; }

    public long FreeBytes => 1;

    public int Read(byte[] buffer, int count)
    {
        int read = 0;
        while (read < count && _in.TryDequeue(out byte one)) buffer[read++] = one;
        return read;
    }

    public bool Write(byte[] buffer, int count)
    {
        if (!_dead) _terminal.Write(buffer[..count]);
        return true;
    }

    public void Join(string ssid, string password)
    {
        if (DiesOnJoin) _dead = true;
        State = RadioHangs || DiesOnJoin ? WifiJoin.Joining : Air.TryGetValue(ssid, out string? right) && right == password ? WifiJoin.Joined : WifiJoin.Failed;
        Reason = State != WifiJoin.Failed ? 0 : Air.ContainsKey(ssid) ? 15 : 201;
    }

    public bool Scan()
    {
        _found = [new WifiNetwork("Weak", -88, false), new WifiNetwork("Shop 店", -71, false), new WifiNetwork("Shop 店", -55, false), new WifiNetwork("Guests", -60, true)];
        return true;
    }

    public WifiNetwork[]? TakeNetworks() => Interlocked.Exchange(ref _found, null);

    public bool Save(string ssid, string password)
    {
        Saved = (ssid, password);
        return true;
    }

    public void Rejoin(IWifiJoiner wifi)
    {
    }

    public int Random() => 4;

    public void Log(string line) => Write(Encoding.UTF8.GetBytes(line + "\r\n"), Encoding.UTF8.GetByteCount(line) + 2);

    public void Reboot(string reason) => throw new NotSupportedException(reason);

    public void Dispose()
    {
        _stop.Cancel();
        _loop.Join(TimeSpan.FromSeconds(5));
        _running?.Join(TimeSpan.FromSeconds(10));
        _terminal.Dispose();
        _stop.Dispose();
    }

    // The chip would start anew; here the loop begins beside the line.
    private void Boot()
    {
        TerminalConfig config = Settings!;
        Machine = new TerminalMachine(new StandinOptions { Host = config.Host, Port = config.Port, Terminal = config.Terminal, Password = config.Password, State = Path.Combine(_flash!, "loop"), Chinese = config.Chinese }, new HostSystem(TextWriter.Null, TimeProvider.System));
        _running = new Thread(() => Machine.Run(_stop.Token)) { IsBackground = true };
        _running.Start();
    }

    private void Loop()
    {
        for (long tick = 0; !_stop.IsCancellationRequested; tick++)
        {
            _session.Step(Environment.TickCount64);
            if (_session.TakeConfigured()) Boot();
            // The chip's console speaks in between.
            if (tick % 20 == 0 && !_dead) Log("I (1234) wifi: log of the chip IMPROVED");
            Thread.Sleep(5);
        }
    }
}
