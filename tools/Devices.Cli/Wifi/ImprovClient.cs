using System.Text;
using System.Text.RegularExpressions;
using Devices.Cli.App;
using Devices.Cli.Flash.Serial;

namespace Devices.Cli.Wifi;

/// <summary>A network that the board hears.</summary>
public sealed record WifiNetworkSeen(string Ssid, int Rssi, bool Secured);

/// <summary>What the board says about itself.</summary>
public sealed record ImprovDevice(string Firmware, string Version, string Chip, string Name);

/// <summary>
/// Improv's commands with a time limit for each step, so that a silent board ends in a sentence and not in a spinner (esphome#18323,
/// esp-web-tools#646, #289). Every fault says which side failed: the cable and the board, or the board and the network.
/// </summary>
internal sealed partial class ImprovClient(ISerialLine line, CliHost host)
{
    private const byte Settings = 1, CurrentState = 2, DeviceInformation = 3, Scan = 4, Terminal = 0xE0;
    private const int StateProvisioning = 3, StateProvisioned = 4, StateNeedsAuthorisation = 1, Questions = 3;
    private const byte NoError = 0, UnknownRpc = 2, CannotConnect = 3, NotAuthorised = 4;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3), ScanLimit = TimeSpan.FromSeconds(15), SaveLimit = TimeSpan.FromSeconds(5);

    // The board gives up after 25 s, ESPHome after 30; what has not answered by now never will.
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(45);

    private readonly ImprovPackets _packets = new();
    private readonly Queue<(byte Type, byte[] Data)> _received = [];
    private readonly byte[] _buffer = new byte[512];

    /// <summary>Whether the board has joined a network already.</summary>
    /// <exception cref="CliException">The board does not speak Improv, or wants its button pressed.</exception>
    public bool IsProvisioned(CancellationToken cancellationToken)
    {
        for (int question = 1; ; question++)
        {
            Ask(CurrentState, []);
            long began = host.Clock.GetTimestamp();
            while (Next(AnswerLimit - host.Clock.GetElapsedTime(began), cancellationToken) is { } packet)
            {
                if (packet.Type != ImprovPackets.State || packet.Data.Length != 1) continue;
                if (packet.Data[0] == StateNeedsAuthorisation) throw new CliException(ExitCodes.WifiRefused, "The board wants its button pressed before it takes settings.", "Press the board's button, then run this again.");
                if (packet.Data[0] == StateProvisioning) throw new CliException(ExitCodes.WifiBusy, "The board is joining a network at this moment.");
                return packet.Data[0] == StateProvisioned;
            }

            // A board that has just been plugged in is still starting; its first bytes are lost.
            if (question == Questions) throw new CliException(ExitCodes.ImprovSilent, $"The board at {line.Name} does not answer: cable, or its program does not speak Improv.{LastWords()}");
        }
    }

    /// <summary>Firmware, version, chip and name.</summary>
    public ImprovDevice Device(CancellationToken cancellationToken)
    {
        string[] texts = Results(DeviceInformation, AnswerLimit, "say what it is", cancellationToken);
        return texts.Length >= 4 ? new(texts[0], texts[1], texts[2], texts[3]) : throw new CliException(ExitCodes.ImprovGarbage, $"The board told {texts.Length} facts about itself instead of 4.");
    }

    /// <summary>The networks that the board hears, strongest first.</summary>
    public List<WifiNetworkSeen> Networks(CancellationToken cancellationToken)
    {
        Ask(Scan, []);
        long began = host.Clock.GetTimestamp();
        List<WifiNetworkSeen> found = [];
        while (Next(ScanLimit - host.Clock.GetElapsedTime(began), cancellationToken) is { } packet)
        {
            if (packet.Type == ImprovPackets.Error && packet.Data is [not NoError]) throw Refused(packet.Data[0]);
            if (packet.Type != ImprovPackets.Result || packet.Data.Length < 2 || packet.Data[0] != Scan) continue;
            string[] texts = Texts(packet.Data);
            // One result a network, and an empty one at the end.
            if (texts.Length == 0) return [.. found.GroupBy(one => one.Ssid).Select(same => same.MaxBy(one => one.Rssi)!).OrderByDescending(one => one.Rssi)];
            if (texts.Length >= 3 && int.TryParse(texts[1], System.Globalization.CultureInfo.InvariantCulture, out int rssi)) found.Add(new(texts[0], rssi, texts[2] == "YES"));
        }

        throw new CliException(ExitCodes.ImprovSilent, $"The board did not finish looking for networks within {ScanLimit.TotalSeconds:0} s.{LastWords()}");
    }

    /// <summary>Has the board join a network; it keeps the settings only if that worked.</summary>
    /// <exception cref="CliException">It could not; the sentence says which side failed, with the board's own words.</exception>
    public void Join(string ssid, string password, CancellationToken cancellationToken)
    {
        byte[] name = Encoding.UTF8.GetBytes(ssid), secret = Encoding.UTF8.GetBytes(password);
        Ask(Settings, [(byte)name.Length, .. name, (byte)secret.Length, .. secret]);
        long began = host.Clock.GetTimestamp();
        bool taken = false;
        while (Next((taken ? JoinLimit : AnswerLimit) - host.Clock.GetElapsedTime(began), cancellationToken) is { } packet)
        {
            switch (packet.Type)
            {
                case ImprovPackets.Error when packet.Data is [CannotConnect]:
                    // The reason is in the log, a moment before or after.
                    Linger(TimeSpan.FromMilliseconds(300), cancellationToken);
                    throw new CliException(ExitCodes.WifiNotJoined, $"The board could not join '{ssid}'; it keeps what it had.{LastWords()}");
                case ImprovPackets.Error when packet.Data is [not NoError]:
                    throw Refused(packet.Data[0]);
                case ImprovPackets.State when packet.Data is [StateProvisioning]:
                    taken = true;
                    break;
                case ImprovPackets.State when packet.Data is [StateProvisioned]:
                    return;
            }
        }

        throw taken
            ? new CliException(ExitCodes.ImprovSilent, $"The board began to join '{ssid}' and said nothing more for {JoinLimit.TotalSeconds:0} s.{LastWords()}", "Press RESET on the board, ask it with `devices wifi state`, then run this again.")
            : new CliException(ExitCodes.ImprovSilent, $"The board did not say that it got the settings.{LastWords()}");
    }

    /// <summary>Gives the MCU its own settings: name, the board that it calls, device key, then optional <c>name=value</c>. Our own request, not Improv's.</summary>
    /// <exception cref="CliException">It takes none, or not these; the sentence has the board's own words.</exception>
    public void Configure(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        byte[] data = [.. texts.SelectMany(text => (byte[])[(byte)Encoding.UTF8.GetByteCount(text), .. Encoding.UTF8.GetBytes(text)])];
        if (data.Length > 253) throw new CliException(ExitCodes.Usage, $"The MCU's settings have {data.Length} bytes together; 253 have room.", "Give a shorter --mcu-host.");
        Ask(Terminal, data);
        long began = host.Clock.GetTimestamp();
        while (Next(SaveLimit - host.Clock.GetElapsedTime(began), cancellationToken) is { } packet)
        {
            if (packet.Type == ImprovPackets.Result && packet.Data.Length >= 2 && packet.Data[0] == Terminal) return;
            if (packet.Type != ImprovPackets.Error || packet.Data is not [not NoError]) continue;
            Linger(TimeSpan.FromMilliseconds(300), cancellationToken);
            throw packet.Data[0] switch
            {
                NotAuthorised => new CliException(ExitCodes.McuRefused, "The MCU has its settings already and its case is shut.", "Open the terminal's case, or reset the MCU at its keys (case open, in and out in turn six times), then run this again."),
                UnknownRpc => new CliException(ExitCodes.McuRefused, "The MCU's firmware cannot take its settings over USB.", "Flash a newer firmware (`devices flash write`), then run this again."),
                _ => new CliException(ExitCodes.McuRefused, $"The MCU does not take these settings.{LastWords()}"),
            };
        }

        throw new CliException(ExitCodes.ImprovSilent, $"The MCU did not say that it has its settings within {SaveLimit.TotalSeconds:0} s.{LastWords()}");
    }

    private void Ask(byte command, ReadOnlySpan<byte> data)
    {
        _received.Clear();
        line.DiscardInput();
        line.Write(ImprovPackets.Request(command, data));
    }

    private string[] Results(byte command, TimeSpan limit, string what, CancellationToken cancellationToken)
    {
        Ask(command, []);
        long began = host.Clock.GetTimestamp();
        while (Next(limit - host.Clock.GetElapsedTime(began), cancellationToken) is { } packet)
        {
            if (packet.Type == ImprovPackets.Error && packet.Data is [not NoError]) throw Refused(packet.Data[0]);
            if (packet.Type == ImprovPackets.Result && packet.Data.Length >= 2 && packet.Data[0] == command) return Texts(packet.Data);
        }

        throw new CliException(ExitCodes.ImprovSilent, $"The board did not {what} within {limit.TotalSeconds:0} s.{LastWords()}");
    }

    private void Linger(TimeSpan time, CancellationToken cancellationToken)
    {
        long began = host.Clock.GetTimestamp();
        while (Next(time - host.Clock.GetElapsedTime(began), cancellationToken) is not null)
        {
        }
    }

    private (byte Type, byte[] Data)? Next(TimeSpan limit, CancellationToken cancellationToken)
    {
        long began = host.Clock.GetTimestamp();
        while (_received.Count == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan left = limit - host.Clock.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) return null;
            // In short looks, so that Ctrl-C is heard.
            int count = line.Read(_buffer, left < TimeSpan.FromMilliseconds(200) ? left : TimeSpan.FromMilliseconds(200));
            foreach (byte one in _buffer.AsSpan(0, count))
                if (_packets.Take(one) is { } packet) _received.Enqueue(packet);
        }

        return _received.Dequeue();
    }

    // Data of a result: command, length, then each text with its length.
    private static string[] Texts(byte[] data)
    {
        List<string> texts = [];
        for (int at = 2; at < data.Length;)
        {
            int length = data[at++];
            if (at + length > data.Length) throw new CliException(ExitCodes.ImprovGarbage, "The board's answer is cut short inside a text.");
            texts.Add(Encoding.UTF8.GetString(data, at, length));
            at += length;
        }

        return [.. texts];
    }

    private static CliException Refused(byte error) => error switch
    {
        UnknownRpc => new(ExitCodes.WifiRefused, "The board's program does not know this request.", "Flash a newer firmware."),
        NotAuthorised => new(ExitCodes.WifiRefused, "The board wants its button pressed before it takes settings.", "Press the board's button, then run this again."),
        1 => new(ExitCodes.WifiRefused, "The board refuses these settings: name or password is too long or has characters that no network has."),
        _ => new(ExitCodes.WifiRefused, $"The board refused with Improv error {error}."),
    };

    // The firmware's own line, where there is one: the chip's system chatters on after it ("I (1234) wifi: …").
    private string LastWords() => (_packets.Log.LastOrDefault(line => !SystemLine().IsMatch(line)) ?? _packets.Log.LastOrDefault()) is { } line ? $" The board's last words: \"{line}\"" : "";

    [GeneratedRegex(@"\A[EWIDV] \(\d+\) ")]
    private static partial Regex SystemLine();
}
