using System;
using Devices.Link;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Provisioning;

/// <summary>
/// Improv over a serial line, the device's side: a state machine that never waits and never leaves a host without an answer
/// (esphome#18323, esp-web-tools#646: a spinner for ever). A join has <see cref="JoinLimitMs"/>, under the 30 s of ESPHome and the 45 s of ESP
/// Web Tools. Credentials are written only after the join worked; the reason of one that did not is kept as the chip said it
/// (esp-rainmaker#275). Commands: 1 Wi-Fi settings, 2 current state, 3 device information, 4 scan, 5 host name, 6 device name (5 and 6 are
/// told, not set), and one of our own, 0xE0: the terminal's name, the board's address and port, the device key, then optional <c>name=value</c>
/// (<see cref="ITerminalStore"/>), each a length and that many bytes of UTF-8. "Identify" is a command of Improv over Bluetooth; the serial protocol has none.
/// </summary>
public sealed class ImprovSession
{
    public const int JoinLimitMs = 25000;
    public const int ScanLimitMs = 10000;

    private const byte CommandSettings = 1;
    private const byte CommandState = 2;
    private const byte CommandDevice = 3;
    private const byte CommandScan = 4;
    private const byte CommandHost = 5;
    private const byte CommandName = 6;
    private const byte CommandTerminal = 0xE0;
    private const int MaxSsid = 32;
    private const int MaxPassword = 64;
    private const int MaxHost = 64;
    private const int MaxPair = 48;
    private const int BytesPerStep = 64;

    private readonly ISerial _serial;
    private readonly IWifiJoiner _wifi;
    private readonly IWifiStore _store;
    private readonly ISystem _system;
    private readonly string[] _device;
    private readonly string _name;
    private readonly ImprovReader _reader = new ImprovReader();
    private readonly byte[] _in = new byte[BytesPerStep];
    private readonly byte[] _out = new byte[ImprovReader.Header + 255 + 2];
    private string _ssid = "";
    private string _password = "";
    private long _beganMs;
    private bool _scanning;
    private bool _committed;
    private bool _configured;
    private long _scanMs;

    /// <param name="device">Firmware's name, its version, the chip, the device's name.</param>
    /// <param name="provisioned">Whether the terminal has joined a network already.</param>
    public ImprovSession(ISerial serial, IWifiJoiner wifi, IWifiStore store, ISystem system, string[] device, bool provisioned)
    {
        _serial = serial ?? throw new ArgumentNullException(nameof(serial));
        _wifi = wifi ?? throw new ArgumentNullException(nameof(wifi));
        _store = store ?? throw new ArgumentNullException(nameof(store));
        _system = system ?? throw new ArgumentNullException(nameof(system));
        _device = device ?? throw new ArgumentNullException(nameof(device));
        _name = device[device.Length - 1];
        State = provisioned ? ImprovState.Provisioned : ImprovState.Ready;
    }

    public ImprovState State { get; private set; }

    public ImprovError Error { get; private set; }

    /// <summary>The raw reason of the last join that failed.</summary>
    public int LastReason { get; private set; }

    /// <summary>Takes the terminal's own settings; without it the request for them is unknown.</summary>
    public ITerminalStore? Terminal { get; set; }

    /// <summary>True once after the terminal's settings were written: it has to start anew, after the answer had time to leave.</summary>
    public bool TakeConfigured()
    {
        bool configured = _configured;
        _configured = false;
        return configured;
    }

    /// <summary>True once after credentials were written: what needs the network may start (anew).</summary>
    public bool TakeCommitted()
    {
        bool committed = _committed;
        _committed = false;
        return committed;
    }

    public void Step(long nowMs)
    {
        int count = _serial.Read(_in, BytesPerStep);
        for (int i = 0; i < count; i++)
        {
            if (_reader.Take(_in[i], nowMs) && _reader.Type == ImprovReader.TypeRpc)
            {
                Rpc(nowMs);
            }
        }

        if (State == ImprovState.Provisioning)
        {
            Joining(nowMs);
        }

        if (_scanning)
        {
            Scanning(nowMs);
        }
    }

    private void Rpc(long nowMs)
    {
        // Data: command, length of the rest, the rest.
        if (_reader.Length < 2 || _reader.Data(1) != _reader.Length - 2)
        {
            SendError(ImprovError.BadRpc);
            return;
        }

        byte command = _reader.Data(0);
        bool bare = _reader.Length == 2;
        if (command == CommandSettings)
        {
            Settings(nowMs);
        }
        else if (command == CommandState)
        {
            SendError(ImprovError.None);
            SendState();
            if (State == ImprovState.Provisioned)
            {
                Result(command, []);
            }
        }
        else if (command == CommandDevice)
        {
            SendError(ImprovError.None);
            Result(command, _device);
        }
        else if (command == CommandScan)
        {
            StartScan(nowMs);
        }
        else if (command == CommandTerminal && Terminal != null)
        {
            Configure(Terminal, nowMs);
        }
        else if ((command == CommandHost || command == CommandName) && bare)
        {
            SendError(ImprovError.None);
            Result(command, [_name]);
        }
        else
        {
            // A name comes with provisioning (devices provision) and is not set from here.
            SendError(ImprovError.UnknownRpc);
        }
    }

    private void Settings(long nowMs)
    {
        if (State == ImprovState.Provisioning)
        {
            // One at a time; the host learns how far the first is.
            SendState();
            return;
        }

        int at = 2;
        if (!Text(ref at, MaxSsid, out string ssid) || ssid.Length == 0 || !Text(ref at, MaxPassword, out string password) || at != _reader.Length)
        {
            SendError(ImprovError.BadRpc);
            return;
        }

        _ssid = ssid;
        _password = password;
        _beganMs = nowMs;
        SendError(ImprovError.None);
        Enter(ImprovState.Provisioning);
        _wifi.Join(ssid, password);
    }

    private void Configure(ITerminalStore store, long nowMs)
    {
        if (!store.MayTake(nowMs))
        {
            _system.Log("This terminal has its settings; it takes others only while its case is open, or after a reset at its keys.");
            SendError(ImprovError.NotAuthorised);
            return;
        }

        int at = 2;
        if (!Text(ref at, LinkLimits.MaxTerminal, out string terminal) || !Text(ref at, MaxHost, out string host) || !Text(ref at, 5, out string port) || !Text(ref at, MaxPassword, out string password))
        {
            SendError(ImprovError.BadRpc);
            return;
        }

        store.Begin(terminal, host, port, password);
        bool good = true;
        while (good && at < _reader.Length)
        {
            good = Text(ref at, MaxPair, out string pair) && store.Add(pair);
        }

        if (!good || !store.Save())
        {
            _system.Log("The terminal's settings were not taken. " + store.Refusal);
            SendError(ImprovError.BadRpc);
            return;
        }

        _system.Log("The terminal's settings were written; it is '" + terminal + "' and calls " + host + ".");
        _configured = true;
        SendError(ImprovError.None);
        Result(CommandTerminal, [terminal]);
    }

    private void Joining(long nowMs)
    {
        WifiJoin join = _wifi.State;
        if (join == WifiJoin.Joined)
        {
            if (!_store.Save(_ssid, _password))
            {
                _system.Log("The Wi-Fi was joined, but the flash does not take its settings.");
                Forget();
                SendError(ImprovError.Unknown);
                Enter(ImprovState.Ready);
                return;
            }

            Forget();
            _committed = true;
            LastReason = 0;
            Enter(ImprovState.Provisioned);
            Result(CommandSettings, []);
        }
        else if (join == WifiJoin.Failed || nowMs - _beganMs >= JoinLimitMs)
        {
            LastReason = join == WifiJoin.Failed ? _wifi.Reason : 0;
            _system.Log(join == WifiJoin.Failed
                ? "The Wi-Fi was not joined, reason " + LastReason + WifiReasons.Words(LastReason) + "."
                : "The Wi-Fi was not joined within 25 seconds, and no reason was given. Is it near enough, and 2.4 GHz?");
            Forget();
            SendError(ImprovError.CannotConnect);
            Enter(ImprovState.Ready);
            _store.Rejoin(_wifi);
        }
    }

    private void StartScan(long nowMs)
    {
        if (State == ImprovState.Provisioning || !_wifi.Scan())
        {
            SendError(ImprovError.None);
            Result(CommandScan, []);
            return;
        }

        _scanning = true;
        _scanMs = nowMs;
    }

    private void Scanning(long nowMs)
    {
        WifiNetwork[]? networks = _wifi.TakeNetworks();
        if (networks == null && nowMs - _scanMs < ScanLimitMs)
        {
            return;
        }

        _scanning = false;
        SendError(ImprovError.None);
        if (networks != null)
        {
            for (int i = 0; i < networks.Length; i++)
            {
                if (networks[i].Ssid.Length > 0)
                {
                    Result(CommandScan, [networks[i].Ssid, "" + networks[i].Rssi, networks[i].IsOpen ? "NO" : "YES"]);
                }
            }
        }

        Result(CommandScan, []);
    }

    // A length and that many bytes of UTF-8; control characters are refused.
    private bool Text(ref int at, int max, out string text)
    {
        text = "";
        if (at >= _reader.Length)
        {
            return false;
        }

        int length = _reader.Data(at++);
        if (length > max || at + length > _reader.Length)
        {
            return false;
        }

        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = _reader.Data(at++);
            if (bytes[i] < 0x20 || bytes[i] == 0x7F)
            {
                return false;
            }
        }

        return Utf8.TryRead(bytes, out text);
    }

    private void Forget()
    {
        _ssid = "";
        _password = "";
    }

    private void Enter(ImprovState state)
    {
        State = state;
        SendState();
    }

    private void SendState()
    {
        _out[ImprovReader.Header] = (byte)State;
        Send(ImprovReader.TypeState, 1);
    }

    private void SendError(ImprovError error)
    {
        Error = error;
        _out[ImprovReader.Header] = (byte)error;
        Send(ImprovReader.TypeError, 1);
    }

    private void Result(byte command, string[] texts)
    {
        int at = ImprovReader.Header + 2;
        for (int i = 0; i < texts.Length; i++)
        {
            byte[] bytes = Utf8.Write(texts[i]);
            if (at + 1 + bytes.Length > ImprovReader.Header + 255)
            {
                break;
            }

            _out[at++] = (byte)bytes.Length;
            Array.Copy(bytes, 0, _out, at, bytes.Length);
            at += bytes.Length;
        }

        _out[ImprovReader.Header] = command;
        _out[ImprovReader.Header + 1] = (byte)(at - ImprovReader.Header - 2);
        Send(ImprovReader.TypeResult, at - ImprovReader.Header);
    }

    private void Send(byte type, int length)
    {
        const string Magic = "IMPROV";
        for (int i = 0; i < 6; i++)
        {
            _out[i] = (byte)Magic[i];
        }

        _out[6] = ImprovReader.Version;
        _out[7] = type;
        _out[8] = (byte)length;
        int sum = 0;
        for (int i = 0; i < ImprovReader.Header + length; i++)
        {
            sum += _out[i];
        }

        _out[ImprovReader.Header + length] = (byte)sum;

        // Known hosts read lines: the newline after a packet lets them see it at once.
        _out[ImprovReader.Header + length + 1] = 0x0A;
        if (!_serial.Write(_out, ImprovReader.Header + length + 2))
        {
            _system.Log("The serial line took no answer.");
        }
    }
}
