using Devices.Fuzz.Engine;
using Devices.Link;
using Devices.Terminal;
using Devices.Terminal.Cards;
using Devices.Terminal.Drivers;
using Devices.Terminal.Drivers.Bus;
using Devices.Terminal.Drivers.Readers;
using Devices.Terminal.Entries;
using Devices.Terminal.Parts;
using Devices.Terminal.Provisioning;
using Devices.Terminal.Screens;

namespace Devices.Fuzz.Targets;

/// <summary>The MCU's own parsers, in its host build: the link to the board in both directions, the serial line, card readers, and its files.</summary>
internal static class FirmwareTargets
{
    private delegate bool Parse<T>(byte[] payload, out T? message, out LinkFault? fault);

    public static IEnumerable<FuzzTarget> All =>
    [
        Link<CardMessage>("card", CardMessage.TryParse, """{"v":1,"id":"abcd1234-7","uid":"04A1B2C3","uptime_ms":12345,"boot":"b1","now":0,"direction":"in"}"""),
        Link<PinMessage>("pin", PinMessage.TryParse, """{"v":1,"id":"abcd1234-8","person":"1001","pin":"482913","uptime_ms":12345,"boot":"b1","now":0,"direction":"none"}"""),
        Link<ConfirmMessage>("confirm", ConfirmMessage.TryParse, """{"v":1,"id":"abcd1234-7","result":"accepted","seq":5,"name":"Grace","at":1790000000000,"reason":""}"""),
        Link<ShowMessage>("show", ShowMessage.TryParse, """{"v":1,"screen":"thanks","name":"Grace","text":"08:31","at":1790000000000,"seq":5,"queue":0}"""),
        Link<DoorMessage>("door", DoorMessage.TryParse, """{"v":1,"id":"d-1","open_ms":3000}"""),
        Link<TimeMessage>("time", TimeMessage.TryParse, """{"v":1,"now":1790000000000,"offset_minutes":480,"trusted":true,"uncertainty_ms":20}"""),
        Link<EventMessage>("event", EventMessage.TryParse, """{"v":1,"id":"abcd1234-9","kind":"tamper","uptime_ms":5,"boot":"b1","now":0,"detail":"open"}"""),
        Link<HelloMessage>("hello", HelloMessage.TryParse, """{"v":1,"boot":"b1","firmware":"1.0.0","reason":"power","uptime_ms":5,"now":0,"uncertainty_ms":5}"""),
        Link<StatusMessage>("status", StatusMessage.TryParse, """{"v":1,"online":true,"firmware":"1.0.0","queue":0,"free_bytes":40000,"celsius100":2500,"millivolts":5000,"safe_mode":false}"""),
        Link<PresenceMessage>("presence", PresenceMessage.TryParse, """{"v":1,"present":true,"uptime_ms":420}"""),
        Link<PingMessage>("ping", PingMessage.TryParse, """{"v":1,"n":5,"boot":"b-1","uptime_ms":9000,"pong_n":4,"since_ms":3980}"""),
        Link<PongMessage>("pong", PongMessage.TryParse, """{"v":1,"n":5,"now":1790000000000,"uncertainty_ms":61}"""),
        new("firmware/improv", Shape.Bytes, Samples.Of([Packet(3, 1, 4, (byte)'S', (byte)'h', (byte)'o', (byte)'p', 2, (byte)'p', (byte)'w'), Packet(3, 2), Packet(3, 3), Packet(3, 4), Packet(3, 0xE0, 2, (byte)'m', (byte)'2', 1, (byte)'h', 1, (byte)'1', 1, (byte)'p')]), Improv) { Files = ["firmware/Terminal/Provisioning/ImprovReader.cs", "firmware/Terminal/Provisioning/ImprovSession.cs", "firmware/Terminal/Provisioning/WifiFile.cs", "firmware/Terminal/Provisioning/TerminalFile.cs"], Runs = 3_000 },
        new("firmware/terminal-file", Shape.Json, Samples.Of("""{"v":1,"terminal":"m2-001","host":"192.168.1.5","port":1883,"password":"secret","ssid":"Shop","wifi_password":"pw","chinese":true,"door_on_accept":false,"door_open_ms":3000,"reader":"wiegand","presence":"pir","screen":"text"}"""), TerminalFileOf) { Files = ["firmware/Terminal/TerminalConfig.cs", "firmware/Terminal/Drivers/PartsConfig.cs", "firmware/Terminal/Provisioning/WifiFile.cs"] },
        new("firmware/journal", Shape.Bytes, () => [Journal()], Replay) { Files = ["firmware/Terminal/Entries/EntryQueue.cs", "firmware/Terminal/Entries/JournalRecord.cs"], Runs = 2_000 },
        new("firmware/pn532", Shape.Bytes, Samples.Of([[0, 0, 0xFF, 0, 0xFF, 0], [0, 0, 0xFF, 5, 0xFB, 0xD5, 0x4B, 1, 2, 3, 0xDA, 0]]), Pn532Of) { Files = ["firmware/Terminal/Drivers/Readers/Pn532Frames.cs", "firmware/Terminal/Drivers/Readers/CardUid.cs"], Runs = 5_000 },
        new("firmware/wiegand", Shape.Bytes, Samples.Of([[.. Enumerable.Repeat((byte)1, 26)], [.. Enumerable.Range(0, 34).Select(i => (byte)(i % 2))]]), Wiegand) { Files = ["firmware/Terminal/Cards/WiegandDecoder.cs"], Runs = 5_000 },
        new("firmware/font", Shape.Bytes, () => [Samples.File("firmware/Terminal/font.bin")[..^4]], bytes => Font([.. bytes, .. Crc(bytes)])) { Files = ["firmware/Terminal/Screens/BitmapFont.cs"], MostInput = 1024 * 1024, Runs = 200 },
        new("firmware/utf8", Shape.Text, Samples.Of("Grace", "王伟", "😀"), Utf8Of) { Files = ["firmware/Terminal/Provisioning/Utf8.cs"], Runs = 4_000 },
    ];

    private static FuzzTarget Link<T>(string name, Parse<T> parse, string sample) where T : LinkMessage => new($"link/{name}", Shape.Json, Samples.Of(sample), bytes =>
    {
        bool taken = parse(bytes, out T? message, out LinkFault? fault);
        if (!taken) return ContractTargets.Expect(message is null && fault is { Sentence.Length: > 0 and < 300 }, $"{fault!.Code} {fault.Field} {fault.Sentence}", "a refusal without a sentence");
        // A text of many quotes grows when it is written: the only reason for which what was read cannot be.
        if (!message!.TryWrite(new LinkWriter(), out byte[]? again, out LinkFault? wide)) return ContractTargets.Expect(wide.Code == LinkError.TooLarge, "taken, long", $"what was taken cannot be written: {wide.Sentence}");
        return ContractTargets.Expect(parse(again, out T? second, out _) && second!.Write().AsSpan().SequenceEqual(again), "taken", "what was taken is refused, or another, when it is written again");
    })
    {
        Files = ["firmware/Link/LinkReader.cs", "firmware/Link/LinkScanner.cs", $"firmware/Link/{typeof(T).Name}.cs"], Runs = 700, Words = ["v", "in", "out", "none", "accepted", "refused", "thanks", "tamper", "door_forced", "ambiguous"],
    };

    private static byte[] Packet(byte type, byte command, params byte[] data)
    {
        List<byte> packet = [.. "IMPROV"u8, 1, type, (byte)(data.Length + 2), command, (byte)data.Length, .. data];
        packet.Add((byte)packet.Sum(one => one));
        return [.. packet, (byte)'\n'];
    }

    // With sound checksums: whatever else is wrong gets through to the session.
    private static string Improv(byte[] bytes)
    {
        List<byte> line = [.. bytes];
        for (int at = 0; at + ImprovReader.Header < line.Count; at++)
        {
            if (line[at] != 'I' || line[at + 5] != 'V') continue;
            int end = at + ImprovReader.Header + line[at + 8];
            if (end < line.Count && bytes[0] % 2 == 1) line[end] = (byte)line.Skip(at).Take(end - at).Sum(one => one);
        }

        Memory storage = new();
        Line serial = new([.. line]);
        ImprovSession session = new(serial, new Joiner(), new WifiFile(storage), new Machine(), ["devices", "1.0", "ESP32", "m2"], provisioned: false) { Terminal = new TerminalFile(storage) };
        for (int step = 0; step < 2_000 && !serial.Empty; step++) session.Step(step * 10);
        for (int step = 0; step < 20; step++) session.Step(20_000 + (step * 10_000));
        return $"{session.State} {session.Error} {session.TakeConfigured()} {storage.Files.Count}";
    }

    private static string TerminalFileOf(byte[] bytes)
    {
        Memory storage = new();
        storage.Write(TerminalConfig.FileName, bytes, bytes.Length);
        storage.Write(WifiFile.FileName, bytes, bytes.Length);
        PartsConfig.Parse(bytes, out LinkFault? parts);
        bool wifi = new WifiFile(storage).Load();
        return TerminalConfig.TryParse(bytes, out TerminalConfig? config, out LinkFault? fault) ? $"taken {config.Chinese} {parts?.Sentence} {wifi}" : $"{fault.Sentence} {parts?.Sentence} {wifi}";
    }

    private static byte[] Journal()
    {
        Memory storage = new();
        EntryQueue queue = new(storage, new Machine(), 50);
        queue.Load();
        for (int i = 0; i < 4; i++)
            if (queue.TryNewId(out long counter, out string? id)) queue.Put(counter, id, LinkTopics.Card, $$"""{"v":1,"id":"{{id}}","uid":"04A1B2C3","uptime_ms":1,"boot":"b","now":0,"direction":"in"}""".Utf8());
        return storage.Files[EntryQueue.FileName];
    }

    private static string Replay(byte[] bytes)
    {
        Memory storage = new();
        storage.Write(EntryQueue.FileName, bytes, bytes.Length);
        EntryQueue queue = new(storage, new Machine(), 50);
        if (!queue.Load()) return "cannot be written";
        if (queue.Count > 50 + EntryQueue.EventCapacity) throw new FindingException("more entries than there is room for");
        if (queue.Damaged > 0 && !storage.Exists(EntryQueue.DamagedName)) throw new FindingException("a damaged journal is not kept");
        int before = queue.Count;
        EntryQueue again = new(storage, new Machine(), 50);
        return ContractTargets.Expect(again.Load() && again.Count == before && again.Damaged == 0, $"{before} {queue.Damaged > 0}", "what was written anew reads back as something else");
    }

    private static string Pn532Of(byte[] bytes)
    {
        Pn532Frames frames = new();
        CardUid uid = new();
        string answer = "";
        foreach (byte one in bytes)
        {
            Pn532Event happened = frames.Feed(one);
            if (frames.Count > Pn532Frames.Most) throw new FindingException("a frame beyond its buffer");
            if (happened == Pn532Event.None) continue;
            answer += happened;
            uid.Clear();
            uid.Add(frames.Data, 0, frames.Count);
            answer += uid.Check() + uid.Text().Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return answer.Length > 200 ? answer[..200] : answer;
    }

    private static string Wiegand(byte[] bytes)
    {
        WiegandDecoder decoder = new();
        long now = 0;
        foreach (byte one in bytes) decoder.Pulse(one & 1, now += one >> 4);
        WiegandResult result = decoder.Poll(now + WiegandDecoder.GapMs + 1, out string uid);
        if (result == WiegandResult.Card && !LinkRules.IsUid(uid)) throw new FindingException($"'{uid}' is no card's number");
        return result.ToString();
    }

    private static string Font(byte[] bytes)
    {
        BitmapFont? font = BitmapFont.Open(bytes);
        if (font is null) return "refused";
        foreach (char c in "A漢\0\uffff")
        {
            int glyph = font.Glyph(c, out int width);
            for (int x = 0; glyph >= 0 && x < width; x++)
                for (int y = 0; y < font.Height; y++) font.IsSet(glyph, width, x, y);
        }

        return $"taken {font.Count}";
    }

    private static byte[] Crc(byte[] bytes)
    {
        uint crc = Crc32.Of(bytes, 0, bytes.Length);
        return [(byte)crc, (byte)(crc >> 8), (byte)(crc >> 16), (byte)(crc >> 24)];
    }

    private static string Utf8Of(byte[] bytes) => !Utf8.TryRead(bytes, out string text) ? "refused"
        : ContractTargets.Expect(Utf8.Write(text).AsSpan().SequenceEqual(bytes), "taken", "other bytes than it was read from");

    private sealed class Memory : IStorage
    {
        public Dictionary<string, byte[]> Files { get; } = [];

        public bool Exists(string name) => Files.ContainsKey(name);

        public byte[]? Read(string name) => Files.GetValueOrDefault(name);

        public bool Append(string name, byte[] data, int length) => Write(name, [.. Files.GetValueOrDefault(name) ?? [], .. data.AsSpan(0, length)], (Files.GetValueOrDefault(name)?.Length ?? 0) + length);

        public bool Write(string name, byte[] data, int length)
        {
            Files[name] = data[..length];
            return true;
        }

        public bool Rename(string from, string to)
        {
            if (Files.ContainsKey(to) || !Files.Remove(from, out byte[]? bytes)) return false;
            Files[to] = bytes;
            return true;
        }

        public bool Delete(string name)
        {
            Files.Remove(name);
            return true;
        }
    }

    private sealed class Machine : ISystem
    {
        private int _random;

        public long FreeBytes => 40_000;

        public int Random() => _random += 7919;

        public void Log(string line)
        {
            if (line.Contains("secretpassword", StringComparison.Ordinal)) throw new FindingException("a password stands in the log");
        }

        public void Reboot(string reason)
        {
        }
    }

    private sealed class Line(byte[] bytes) : ISerial
    {
        private int _at;

        public bool Empty => _at >= bytes.Length;

        public int Read(byte[] buffer, int count)
        {
            int some = Math.Min(count, bytes.Length - _at);
            Array.Copy(bytes, _at, buffer, 0, some);
            _at += some;
            return some;
        }

        public bool Write(byte[] data, int count) => count <= data.Length ? true : throw new FindingException("more is sent than there is");
    }

    private sealed class Joiner : IWifiJoiner
    {
        public WifiJoin State { get; private set; }

        public int Reason => 0;

        public void Join(string ssid, string password) => State = WifiJoin.Joined;

        public bool Scan() => true;

        public WifiNetwork[] TakeNetworks() => [new("Shop", -50, false), new(new string('漢', 32), -90, true)];
    }
}
