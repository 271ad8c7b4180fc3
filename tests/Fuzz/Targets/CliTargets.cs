using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Cli.App;
using Devices.Cli.Doctor.Bundle;
using Devices.Cli.Flash.Images;
using Devices.Cli.Flash.Rom;
using Devices.Cli.Flash.Serial;
using Devices.Cli.Hardware;
using Devices.Cli.Models;
using Devices.Cli.Provisioning;
using Devices.Cli.Provisioning.Batch;
using Devices.Cli.Provisioning.Bundles;
using Devices.Cli.Provisioning.Run;
using Devices.Cli.Terminal;
using Devices.Cli.Wifi;
using Devices.Fuzz.Engine;

namespace Devices.Fuzz.Targets;

/// <summary>What the technician's command reads: boards over a wire, files out of a bag, lists out of a spreadsheet, answers of bridge and agent.</summary>
internal static class CliTargets
{
    private static readonly Type[] Refused = [typeof(CliException)];
    private static readonly Lazy<byte[]> Bundle = new(MakeBundle);

    public static IEnumerable<FuzzTarget> All =>
    [
        new("cli/slip", Shape.Bytes, Samples.Of([[.. "boot log\r\n"u8, .. Slip.Encode([1, 8, 4, 0, 7, 7, 0x12, 0x20, 0, 0, 0, 0])], Slip.Encode([0xC0, 0xDB, 0xDC, 0xDD])]), SlipOf) { Files = ["tools/Devices.Cli/Flash/Rom/SlipReader.cs"], Runs = 4_000 },
        new("cli/rom", Shape.Bytes, Samples.Of([Slip.Encode([1, 0x0A, 4, 0, 7, 7, 0x12, 0x20, 0, 0, 0, 0]), Slip.Encode([1, 0x0A, 2, 0, 0, 0, 0, 0, 1, 5])]), RomOf) { Files = ["tools/Devices.Cli/Flash/Rom/RomLink.cs"], Refusals = [typeof(RomRefusedException), typeof(RomSilentException), typeof(SerialLineException)], Runs = 2_000 },
        new("cli/telnet", Shape.Bytes, Samples.Of([[1, 2, 255, 255, 3, 255, 253, 44, 255, 250, 44, 101, 0, 0, 1, 0xC2, 255, 240, 4]]), Telnet) { Files = ["tools/Devices.Cli/Flash/Serial/TelnetReader.cs", "tools/Devices.Cli/Flash/Serial/Rfc2217Line.cs"], Runs = 4_000 },
        new("cli/improv", Shape.Bytes, Samples.Of([[.. "log line\n"u8, .. ImprovPackets.Request(3, []), .. ImprovPackets.Request(4, "Shop"u8)]]), Improv) { Files = ["tools/Devices.Cli/Wifi/ImprovPackets.cs", "tools/Devices.Cli/Wifi/ImprovClient.cs"], Runs = 4_000 },
        new("cli/esp-image", Shape.Bytes, () => [Image()], bytes => $"taken {EspImage.Parse(bytes, "app.bin").Length == bytes.Length}") { Files = ["tools/Devices.Cli/Flash/Images/EspImage.cs"], Refusals = [typeof(ImageRefusedException)], Runs = 4_000 },
        new("cli/partitions", Shape.Bytes, () => [Partitions()], bytes => $"taken {PartitionTable.Parse(bytes, "table.bin").Partitions.Count}") { Files = ["tools/Devices.Cli/Flash/Images/PartitionTable.cs"], Refusals = [typeof(ImageRefusedException)], Runs = 4_000 },
        new("cli/runtime-zip", Shape.Bytes, () => [Runtime()], bytes => $"read {RuntimeFolder.Read(Samples.Put("runtime.zip", bytes), EspChip.All[0], 4 << 20).Count}") { Files = ["tools/Devices.Cli/Flash/Images/RuntimeFolder.cs"], Refusals = [typeof(ImageRefusedException)], Runs = 600 },
        new("cli/npm-tarball", Shape.Bytes, () => [Tarball()], Npm) { Files = ["tools/Devices.Cli/Models/NpmTarball.cs"], Refusals = Refused, Runs = 300 },
        new("cli/npm-tar", Shape.Bytes, () => [Tar()], bytes => Npm(Zipped(bytes))) { Files = ["tools/Devices.Cli/Models/NpmTarball.cs"], Refusals = Refused, Runs = 500 },
        new("cli/batch", Shape.Text, Samples.Of($"terminal,claim,serial,site,time_zone,camera,language,ssid\nm2-001,ABCDE-FGHJK-MNPQR-STVWX@{new string('a', 64)},1,\"Main, hall\",Asia/Shanghai,none,en,Shop\nm2-002,ABCDE-FGHJK-MNPQR-STVWY@{new string('a', 64)},2,\"say \"\"hi\"\"\",Europe/Berlin,none,zh-CN,Shop\n"), Batch) { Files = ["tools/Devices.Cli/Provisioning/Batch/BatchList.cs", "tools/Devices.Cli/Provisioning/Claim.cs"], Refusals = Refused, Words = [",", "\"", "\n", "terminal", "claim", "mcu"], Runs = 2_000 },
        new("cli/batch-journal", Shape.Json, Samples.Of("""[{"terminal":"m2-001","claim":"ab","state":"made"}]"""), bytes => { _ = new BatchJournal(Path.GetDirectoryName(Samples.Put("batch.json", bytes))!).Of(new(1, "m2-001", "c")); return "read"; }) { Files = ["tools/Devices.Cli/Provisioning/Batch/BatchJournal.cs"], Refusals = Refused, Runs = 500 },
        new("cli/provision-journal", Shape.Json, Samples.Of("""{"version":1,"steps":[{"step":"board","state":"done","at":"2026-10-01T00:00:00Z"}],"finished":false}"""), bytes => { ProvisionJournal journal = ProvisionJournal.Open(Path.GetDirectoryName(Samples.Put("provision.json", bytes))!); return $"read {journal.IsOpen}"; }) { Files = ["tools/Devices.Cli/Provisioning/Run/ProvisionJournal.cs"], Refusals = Refused, Runs = 500 },
        new("cli/bundle", Shape.Json, () => [Bundle.Value], bytes => { BundleEnvelope head = BundleSeal.Read(bytes); return $"{head.Terminal.Length} {head.Serial?.Length} {head.Rounds > 600_000}"; }) { Files = ["tools/Devices.Cli/Provisioning/Bundles/BundleSeal.cs", "tools/Devices.Cli/Provisioning/Bundles/BundleReader.cs"], Refusals = Refused },
        new("cli/bundle-open", Shape.Json, () => [Bundle.Value], OpenBundle) { Files = ["tools/Devices.Cli/Provisioning/Bundles/BundleSeal.cs"], Refusals = Refused, Runs = 25 },
        new("cli/claim", Shape.Text, Samples.Of($"ABCDE-FGHJK-MNPQR-STVWX@{new string('a', 64)}"), bytes => { string text = bytes.Text(); return Claim.Parse(text).Code.Length > 3 ? "taken" : throw new FindingException("an empty code"); }) { Files = ["tools/Devices.Cli/Provisioning/Claim.cs"], Refusals = Refused },
        new("cli/endpoint", Shape.Text, Samples.Of("https://bridge.example:5443", "bridge.example", "[::1]:5443", "192.168.1.5:1"), bytes => { Endpoint at = Endpoint.Parse(bytes.Text(), 5443, "--bridge"); return at.Port is > 0 and < 65536 ? "taken" : throw new FindingException($"port {at.Port}"); }) { Files = ["tools/Devices.Cli/Provisioning/Endpoint.cs"], Refusals = Refused, Words = [":", "/", "[", "]", "@", "https://"] },
        new("cli/pinmap", Shape.Json, () => [Samples.File("hardware/pinmap.json")], bytes => $"{string.Join(',', PinMap.Read(bytes.Text()).Faults())}") { Files = ["tools/Devices.Cli/Hardware/PinMap.cs"], Refusals = [typeof(JsonException)], Runs = 300 },
        new("cli/agent-config", Shape.Json, Samples.Of("""{ "Terminal": "m2-001", "Bridge": { "Host": "b" }, /* c */ "Camera": "none", }"""), bytes => SafeJson.OfSettings(AgentConfig.Read(Samples.Put("agent.json", bytes))).ToJsonString().Length > 0 ? "read" : "") { Files = ["tools/Devices.Cli/Provisioning/AgentConfig.cs", "tools/Devices.Cli/Doctor/Bundle/SafeJson.cs"], Refusals = Refused },
        new("cli/people-list", Shape.Json, Samples.Of("""[{"id":"u1","name":"Grace Hopper","card":"04A1B2C3"},{"id":"u2"}]"""), People) { Files = ["tools/Devices.Cli/Terminal/EnrolFolder.cs", "tools/Devices.Cli/Terminal/JsonReading.cs"], Refusals = Refused },
        new("cli/agent-answer", Shape.Json, Samples.Of("""{"terminal":"m2-001","version":"1.0.0","last_seq":5,"camera":{"fps":14.9,"fault":null},"bridge":"online","people":[{"id":"u1","cards":["04A1B2C3"]}]}"""), AgentSays) { Files = ["tools/Devices.Cli/Terminal/AgentClient.cs", "tools/Devices.Cli/Terminal/JsonReading.cs"], Refusals = Refused },
    ];

    private static string SlipOf(byte[] bytes)
    {
        SlipReader reader = new();
        int packets = 0;
        foreach (byte one in bytes)
            if (reader.Take(one) is { } packet) packets += packet.Length > 32 * 1024 ? throw new FindingException("a frame beyond the limit") : 1;
        return reader.Noise.Count > 4096 ? throw new FindingException("noise without end is kept") : $"{packets} {reader.Noise.Count > 0}";
    }

    private static string RomOf(byte[] bytes)
    {
        RomLink link = new(new Wire(bytes));
        (uint _, byte[] data) = link.Receive(RomOp.ReadReg, TimeSpan.FromMilliseconds(200));
        return $"answer {data.Length}";
    }

    private static string Telnet(byte[] bytes)
    {
        int options = 0, inner = 0, data = 0;
        TelnetReader reader = new() { OnOption = (_, _) => options++, OnSubnegotiation = one => inner += one.Count > 1024 ? throw new FindingException("a subnegotiation without end is kept") : 1 };
        foreach (byte one in bytes) data += reader.Take(one) ? 1 : 0;
        return $"{options} {inner} {data > 0}";
    }

    private static string Improv(byte[] bytes)
    {
        ImprovPackets packets = new();
        string answer = "";
        foreach (byte one in bytes)
            if (packets.Take(one) is { } packet) answer += $"{packet.Type}:{packet.Data.Length} ";
        if (packets.Log.Count > 51 || packets.Log.Any(line => line.Any(char.IsControl))) throw new FindingException("a log without end, or with control characters");
        return answer;
    }

    private static string Npm(byte[] bytes)
    {
        string tarball = Samples.Put("p.tgz", bytes), into = Path.Combine(Path.GetDirectoryName(tarball)!, "weights.bin");
        NpmTarball.ExtractAsync(tarball, "p@1", new Dictionary<string, string> { ["models/weights.bin"] = into }, CancellationToken.None).GetAwaiter().GetResult();
        return "read";
    }

    private static string Batch(byte[] bytes)
    {
        IReadOnlyList<BatchRow> rows = BatchList.Read(bytes);
        return rows.All(row => Devices.Contract.Punches.PunchRules.IsTerminalName(row.Terminal)) ? $"read {rows.Count}" : throw new FindingException("a terminal of a name that none has");
    }

    private static string OpenBundle(byte[] bytes)
    {
        BundleEnvelope head = BundleSeal.Read(bytes);
        // The rounds are the sender's to choose, up to a limit; here they would only take time.
        if (head.Rounds > 600_000) return "slow";
        BundleContent content = BundleSeal.Open(head, "correct horse battery");
        return content.Answers.Terminal == "m2-001" ? "opened" : throw new FindingException("an altered bundle is opened");
    }

    private static byte[] MakeBundle()
    {
        using BundleSeal seal = new("correct horse battery");
        return seal.Seal(new() { Answers = new() { Terminal = "m2-001" } }, "10000000abcdef", DateTimeOffset.UnixEpoch.AddYears(56), DateTimeOffset.UnixEpoch.AddYears(57));
    }

    private static string People(byte[] bytes)
    {
        string folder = Path.Combine(Path.GetDirectoryName(Samples.Put("people.none", []))!, "enrol.d");
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "people.json"), bytes);
        return $"read {EnrolFolder.Read(folder).Candidates.Count}";
    }

    private static string AgentSays(byte[] bytes)
    {
        JsonElement? body = AgentClient.Parse(bytes, System.Net.HttpStatusCode.OK);
        string answer = $"{body?.Text("terminal")?.Length} {body?.Whole("last_seq")} {body?.Get("camera")?.Number("fps") > 5} {body?.Get("camera")?.Flag("fault")}";
        return body is { ValueKind: JsonValueKind.Object } status ? answer + (SafeJson.OfStatus(status).ToJsonString().Length > 5) : answer;
    }

    private static byte[] Image()
    {
        List<byte> image = [0xE9, 2, 2, 0x20, 0, 0, 0, 0x40, 0, 0, 0, 0, 9, 0, .. new byte[9], 1];
        byte sum = 0xEF;
        foreach (int length in (int[])[16, 40])
        {
            byte[] head = new byte[8];
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), length);
            byte[] data = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 3))];
            foreach (byte one in data) sum ^= one;
            image.AddRange([.. head, .. data]);
        }

        while (image.Count % 16 != 15) image.Add(0);
        image.Add(sum);
        return [.. image, .. SHA256.HashData([.. image])];
    }

    private static byte[] Partitions()
    {
        static byte[] Entry(byte type, byte subtype, uint address, uint length, string label)
        {
            byte[] entry = new byte[32];
            (entry[0], entry[1], entry[2], entry[3]) = (0xAA, 0x50, type, subtype);
            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), address);
            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(8), length);
            label.Utf8().CopyTo(entry, 12);
            return entry;
        }

        byte[] entries = [.. Entry(1, 2, 0x9000, 0x6000, "nvs"), .. Entry(0, 0, 0x10000, 0x1A0000, "factory"), .. Entry(1, 0x84, 0x1B0000, 0x1F0000, "deploy")];
#pragma warning disable CA5351 // The format's own checksum.
        byte[] mark = [0xEB, 0xEB, .. Enumerable.Repeat((byte)0xFF, 14), .. MD5.HashData(entries)];
#pragma warning restore CA5351
        return [.. entries, .. mark, .. Enumerable.Repeat((byte)0xFF, 0xC00 - entries.Length - mark.Length)];
    }

    private static byte[] Runtime()
    {
        using MemoryStream file = new();
        using (ZipArchive archive = new(file, ZipArchiveMode.Create, leaveOpen: true))
            foreach (string name in (string[])["bootloader.bin", "partitions_4mb.bin", "nanoCLR.bin"])
            {
                using Stream entry = archive.CreateEntry("target/" + name).Open();
                entry.Write(Image());
            }

        return file.ToArray();
    }

    private static byte[] Tar()
    {
        using MemoryStream file = new();
        using (TarWriter tar = new(file, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "package/package.json") { DataStream = new MemoryStream("{}"u8.ToArray()) });
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "package/models/weights.bin") { DataStream = new MemoryStream(new byte[2000]) });
        }

        return file.ToArray();
    }

    private static byte[] Tarball() => Zipped(Tar());

    private static byte[] Zipped(byte[] bytes)
    {
        using MemoryStream file = new();
        using (GZipStream zip = new(file, CompressionLevel.Fastest, leaveOpen: true)) zip.Write(bytes);
        return file.ToArray();
    }

    private sealed class Wire(byte[] bytes) : ISerialLine
    {
        private int _at;

        public string Name => "wire";

        public bool IsUsbJtag => false;

        public int Read(Span<byte> buffer, TimeSpan timeout)
        {
            int count = Math.Min(buffer.Length, bytes.Length - _at);
            if (count == 0) throw new SerialLineException(SerialFault.Lost, "The line ends.");
            bytes.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }

        public void Write(ReadOnlySpan<byte> bytes)
        {
        }

        public void SetBaud(int baud)
        {
        }

        public bool SetControl(bool dtr, bool rts) => false;

        public void DiscardInput()
        {
        }

        public void Dispose()
        {
        }
    }
}
