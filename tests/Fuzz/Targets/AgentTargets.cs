using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Camera.Mjpeg;
using Devices.Edge.Agent.Downlink.Commands;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Site;
using Devices.Edge.Ledger.Identity;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Tpm;
using Devices.Fuzz.Engine;

namespace Devices.Fuzz.Targets;

/// <summary>What reaches the agent from its cameras, from the bridge and from its own disk.</summary>
internal static class AgentTargets
{
    private const int MostPicture = 32 * 1024;
    private static readonly Lazy<Papers> Signed = new(() => new());

    private const string Configuration = """
        { "Terminal": "m2-001", "Site": "Main hall", "TimeZone": "Asia/Shanghai", "State": "/var/lib/devices/agent", "Bridge": { "Host": "bridge.example", "Port": 8883 },
          "Camera": "v4l2:/dev/video0?width=640&height=480", "ModelPack": "/var/lib/devices/models/p/1", "Mcu": { "Port": 1883, "Bind": "127.0.0.1" }, "Repeat": { "Seconds": 60 }, "WantedFpir": 0.003, "Liveness": { "Enabled": true } }
        """;

    public static IEnumerable<FuzzTarget> All =>
    [
        new("agent/mjpeg-stream", Shape.Bytes, () => [[.. Picture(), .. Picture(), 0, 0, .. Picture()]], bytes => Split(bytes, (stream, tally) => JpegStreamSplitter.SplitAsync(stream, MostPicture, tally, TimeProvider.System, default)))
            { Files = ["edge-agent/Agent/Camera/Mjpeg/JpegStreamSplitter.cs", "edge-agent/Agent/Camera/Mjpeg/ByteAccumulator.cs", "edge-agent/Agent/Camera/JpegCheck.cs"], Refusals = [typeof(CameraException)] },
        new("agent/mjpeg-multipart", Shape.Bytes, () => [[.. Part(true), .. Part(false), .. "--frame--"u8]], bytes => Split(bytes, (stream, tally) => MultipartSplitter.SplitAsync(stream, "frame", MostPicture, tally, TimeProvider.System, default)))
            { Files = ["edge-agent/Agent/Camera/Mjpeg/MultipartSplitter.cs"], Refusals = [typeof(CameraException)] },
        new("agent/camera-address", Shape.Text, Samples.Of("v4l2:/dev/video0?width=640&height=480&fps=15&format=mjpeg", "mjpeg:http://127.0.0.1:8080/stream", "process:rpicam-vid --codec mjpeg -o - 'a b'", "none"), Address) { Files = ["edge-agent/Agent/Camera/CameraAddress.cs"], Words = ["v4l2:", "mjpeg:", "process:", "width=", "'", "\"", "?"] },
        new("agent/configuration", Shape.Json, Samples.Of(Configuration), ReadConfiguration) { Files = ["edge-agent/Agent/Hosting/AgentConfiguration.cs"], Refusals = [typeof(StartException)], Words = ["Terminal", "State", "Camera", "Bridge", "Mcu:Port"], Runs = 250, MostSentence = 1_000_000 },
        new("agent/command", Shape.Json, () => [Signed.Value.Command], bytes => Command(bytes)) { Files = ["edge-agent/Agent/Downlink/Commands/CommandPapers.cs"], Runs = 300 },
        new("agent/command-signed", Shape.Json, () => [Signed.Value.Body], bytes => Command(Signed.Value.Seal(bytes))) { Files = ["edge-agent/Agent/Downlink/Commands/CommandPapers.cs"], Runs = 150 },
        new("agent/command-certificate", Shape.Bytes, () => [Signed.Value.Certificate], bytes => Command(Signed.Value.With(bytes))) { Files = ["edge-agent/Agent/Downlink/Commands/CommandPapers.cs"], Runs = 300 },
        new("agent/site-member", Shape.Json, () => [Signed.Value.Member], bytes => Member(bytes)) { Files = ["edge-agent/Agent/Site/SitePapers.cs"], Runs = 300 },
        new("agent/site-person", Shape.Bytes, () => [SitePerson.Write("Grace", ["04A1B2C3"], [])], bytes => SitePerson.Read(bytes, new() { Kind = SiteKinds.Person, Terminal = "m2-002", Person = "u1", Pack = "p@1", Body = "" }) is { } person ? $"taken {person.Cards.Count}" : "refused") { Files = ["edge-agent/Agent/Site/SitePerson.cs"] },
        new("agent/site-seal", Shape.Text, () => [Signed.Value.Sealed.Body.Utf8()], bytes => SiteSeal.Open(Signed.Value.Key, Signed.Value.Sealed with { Body = bytes.Text() }) is null ? "refused" : ContractTargets.Expect(bytes.Text().Trim('\uFEFF') == Signed.Value.Sealed.Body || Same(bytes.Text(), Signed.Value.Sealed.Body), "opened", "other bytes than were sealed are opened")) { Files = ["edge-agent/Agent/Site/SiteSeal.cs"] },
        new("agent/hpke", Shape.Bytes, () => [Signed.Value.Closed], bytes => Hpke.Open(Signed.Value.Receiver, Hpke.PublicOf(Signed.Value.Sender), "info"u8, [], bytes) is null ? "refused" : ContractTargets.Expect(bytes.AsSpan().SequenceEqual(Signed.Value.Closed), "opened", "other bytes than were sealed are opened")) { Files = ["edge-agent/Agent/Site/Hpke.cs"], Runs = 400 },
        new("agent/photo-file", Shape.Bytes, () => [Signed.Value.Photo], bytes => Signed.Value.Photos.Unseal(bytes, "1-1") is null ? "refused" : ContractTargets.Expect(bytes.AsSpan().SequenceEqual(Signed.Value.Photo), "opened", "an altered photo is opened")) { Files = ["edge-agent/Agent/Photos/PhotoSeal.cs", "edge-agent/Agent/Gallery/TemplateVault.cs"] },
        new("agent/card", Shape.Text, Samples.Of("04A1B2C3", "04:a1:b2:c3:d4:e5:f6", "04 A1 B2 C3"), bytes => PersonRules.NormaliseCard(bytes.Text()) is { } card ? ContractTargets.Expect(RosterRules.IsCard(card), "taken", $"'{card}' is no card") : "refused") { Files = ["edge-agent/Agent/Gallery/PersonRules.cs"] },
        new("agent/person", Shape.Text, Samples.Of("u1", "Grace Hopper", "王伟"), bytes => $"{PersonRules.CheckId(bytes.Text())} {PersonRules.CheckName(bytes.Text())}") { Files = ["edge-agent/Agent/Gallery/PersonRules.cs"] },
        new("ledger/est-answer", Shape.Bytes, () => [Signed.Value.Issued], bytes => $"read {RenewalClient.Read(Convert.ToBase64String(bytes)).Count}") { Files = ["edge-agent/Ledger/Identity/RenewalClient.cs"], Refusals = [typeof(FormatException), typeof(CryptographicException)], Runs = 600 },
        new("ledger/tpm-key", Shape.Text, () => [new TpmKeyFile(false, TpmArea(), [0, 4, 1, 2, 3, 4]).ToPem().Utf8(), new TpmKeyFile(true, TpmArea(), [0, 2, 1, 2]).ToPem().Utf8()], bytes => $"taken {TpmKeyFile.Parse(bytes.Text(), "key").Point("key").Length}") { Files = ["edge-agent/Ledger/Tpm/TpmKeyFile.cs", "edge-agent/Ledger/Tpm/TpmWire.cs"], Refusals = [typeof(TpmException)] },
        new("ledger/tpm-key-inside", Shape.Bytes, () => [TpmArea()], bytes => $"taken {new TpmKeyFile(false, bytes, []).Point("key").Length}") { Files = ["edge-agent/Ledger/Tpm/TpmKeyFile.cs", "edge-agent/Ledger/Tpm/TpmWire.cs"], Refusals = [typeof(TpmException)] },
        new("ledger/trust", Shape.Json, () => [Signed.Value.Trust], Trusting) { Files = ["edge-agent/Ledger/Identity/TrustDesk.cs"], Runs = 200 },
        new("ledger/file", Shape.Bytes, () => [Ledger()], bytes => Verify(bytes)) { Files = ["edge-agent/Ledger/Store/LedgerReader.cs", "edge-agent/Ledger/Store/LedgerFile.cs", "edge-agent/Ledger/Store/PunchRows.cs"], Refusals = [typeof(LedgerException)], Runs = 150, MostInput = 256 * 1024 },
    ];

    private static string Split(byte[] bytes, Func<Stream, FrameTally, IAsyncEnumerable<CameraFrame>> split)
    {
        FrameTally tally = new();
        async Task<int> Count()
        {
            int count = 0;
            await foreach (CameraFrame frame in split(new MemoryStream(bytes), tally))
            {
                using (frame)
                    if (frame.Data.Length > MostPicture) throw new FindingException("a picture beyond the limit");
                count++;
            }

            return count;
        }

        return $"{Count().GetAwaiter().GetResult()} {tally.LastReason}";
    }

    private static string Address(byte[] bytes) => CameraAddress.TryCreate(bytes.Text(), TimeProvider.System, out IFrameSource? source, out string? problem) ? $"taken {source?.GetType().Name}" : ContractTargets.Expect(problem is { Length: > 0 and < 2_000 }, problem!, "no sentence");

    private static string ReadConfiguration(byte[] bytes)
    {
        string file = Samples.Put("agent.json", bytes);
        return $"taken {AgentConfiguration.Read(["--config", file]).Terminal}";
    }

    private static string Command(byte[] payload)
    {
        SignedCommand? command = Signed.Value.Judge.Read(payload, null, out string code, out string fault, out CommandBody? told);
        return command is null ? ContractTargets.Expect(code.Length > 0 && fault.Length > 0, $"{code} {fault} {told is null}", "no sentence") : $"taken {command.Body.Kind}";
    }

    private static string Member(byte[] paper)
    {
        byte[]? key = Signed.Value.Site.Read(new() { Kind = SiteKinds.Member, Terminal = "m2-001", Body = Convert.ToBase64String(paper) });
        return key is null ? "refused" : ContractTargets.Expect(key.AsSpan().SequenceEqual(Hpke.PublicOf(Signed.Value.Sender)), "taken", "a key that was not signed is taken");
    }

    // TPMT_PUBLIC of a P-256 signing key with its length: type, name algorithm, attributes, policy, symmetric, scheme, curve, KDF, x, y.
    private static byte[] TpmArea()
    {
        byte[] area = [0, 0x23, 0, 0x0B, 0, 4, 0, 0x72, 0, 0, 0, 0x10, 0, 0x18, 0, 0x0B, 0, 3, 0, 0x10, 0, 32, .. Enumerable.Repeat((byte)1, 32), 0, 32, .. Enumerable.Repeat((byte)2, 32)];
        return [0, (byte)area.Length, .. area];
    }

    private static string Trusting(byte[] bytes)
    {
        if (!ContractCodec.TryRead(bytes, ContractJson.Default.TrustMessage, out TrustMessage? message, out Problem? problem)) return problem!.Text;
        string[] before = File.ReadAllLines(Signed.Value.Roots);
        TrustDesk desk = new(new IdentityFolder(Path.GetDirectoryName(Signed.Value.Roots)!));
        desk.Take(message!, out string? news);
        string[] after = File.ReadAllLines(Signed.Value.Roots);
        // The only root that anybody vouches for here is the one that is trusted already.
        return ContractTargets.Expect(before.SequenceEqual(after), $"{news} {desk.State()?.Problem}", "other roots are trusted than before");
    }

    private static bool Same(string one, string other) => Convert.TryFromBase64String(one, new byte[one.Length], out int length) && Convert.FromBase64String(one).AsSpan(0, length).SequenceEqual(Convert.FromBase64String(other));

    private static byte[] Ledger()
    {
        string file = Path.Combine(Samples.Scratch, $"{Guid.NewGuid():N}.db");
        using (LedgerStore store = LedgerStore.Open(new() { Path = file, Terminal = "m2-001" }, "boot-1"))
        {
        }

        byte[] bytes = File.ReadAllBytes(file);
        foreach (string one in Directory.EnumerateFiles(Samples.Scratch, Path.GetFileName(file) + "*")) File.Delete(one);
        return bytes;
    }

    private static string Verify(byte[] bytes)
    {
        string file = Samples.Put("ledger.db", bytes);
        using LedgerReader reader = LedgerReader.Open(file);
        LedgerVerdict verdict = reader.Verify();
        return $"{verdict.Whole} {verdict.Fault}";
    }

    private static byte[] Picture() => [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0x3F, 0, .. Enumerable.Repeat((byte)0x5A, 60), 0xFF, 0, 0xFF, 0xD0, 1, 2, 3, 0xFF, 0xD9];

    private static byte[] Part(bool length) => [.. "--frame\r\nContent-Type: image/jpeg\r\n"u8, .. length ? $"Content-Length: {Picture().Length}\r\n".Utf8() : [], .. "\r\n"u8, .. Picture(), .. "\r\n"u8];

    /// <summary>An authority, a command's signer, a terminal, and what they sign.</summary>
    private sealed class Papers
    {
        private readonly ECDsa _signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public Papers()
        {
            using ECDsa root = ECDsa.Create(ECCurve.NamedCurves.nistP256), terminal = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1), until = from.AddYears(5);
            CertificateRequest ca = new("CN=root", root, HashAlgorithmName.SHA256);
            ca.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            using X509Certificate2 authority = ca.CreateSelfSigned(from, until);
            CertificateRequest command = new("CN=commands", _signer, HashAlgorithmName.SHA256);
            command.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(CommandRules.CommandUse)], true));
            using X509Certificate2 commands = command.Create(authority, from, until.AddDays(-1), [1, 2, 3]);
            Certificate = commands.RawData;
            using X509Certificate2 own = new CertificateRequest("CN=m2-001", terminal, HashAlgorithmName.SHA256).Create(authority, from, until.AddDays(-1), [4, 5, 6]);
            string ca_ = Samples.Put("ca.crt", authority.ExportCertificatePem().Utf8()), certificate = Samples.Put("terminal.crt", own.ExportCertificatePem().Utf8()), key = Samples.Put("terminal.key", terminal.ExportPkcs8PrivateKeyPem().Utf8());
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Roots = ca_;
            Trust = ContractCodec.Write(new TrustMessage { Roots = [Convert.ToBase64String(authority.RawData)], Issuing = Convert.ToHexStringLower(SHA256.HashData(authority.RawData)) }, ContractJson.Default.TrustMessage);
            Issued = new X509Certificate2Collection { own, authority }.Export(X509ContentType.Pkcs7)!;
            Judge = new(ca_);
            Site = new("m2-001", (ca_, certificate, key));
            Member = Convert.FromBase64String(Site.Sign(Hpke.PublicOf(Sender))!.Body);
            Body = ContractCodec.Write(new CommandBody { Id = Guid.NewGuid(), Terminal = "m2-001", Kind = CommandKinds.OpenDoor, IssuedAt = 1_790_000_000_000, ExpiresAt = 1_790_000_060_000 }, ContractJson.Default.CommandBody);
            Command = Seal(Body);
            Sealed = SiteSeal.Seal(Key, new() { Kind = SiteKinds.Person, Terminal = "m2-002", Person = "u1", Pack = "p@1", Version = 3, Body = "" }, "plain"u8);
            Closed = Hpke.Seal(Hpke.PublicOf(Receiver), Sender, "info"u8, [], "plain"u8);
            Photos = PhotoSeal.Open(Path.Combine(Path.GetDirectoryName(key)!, "templates.key"));
            Photo = Photos.Seal(Picture(), "1-1");
        }

        public string Roots { get; }

        public byte[] Trust { get; }

        public byte[] Issued { get; }

        public CommandPapers Judge { get; }

        public SitePapers Site { get; }

        public ECDiffieHellman Sender { get; } = Hpke.NewKey();

        public ECDiffieHellman Receiver { get; } = Hpke.NewKey();

        public SiteKey Key { get; } = SiteKey.Make(null);

        public PhotoSeal Photos { get; }

        public byte[] Photo { get; }

        public byte[] Certificate { get; }

        public byte[] Body { get; }

        public byte[] Command { get; }

        public byte[] Member { get; }

        public SiteRecord Sealed { get; }

        public byte[] Closed { get; }

        public byte[] Seal(byte[] body) => ContractCodec.Write(new CommandMessage { Body = Convert.ToBase64String(body), Certificate = Convert.ToBase64String(Certificate), Signature = Convert.ToBase64String(_signer.SignData(CommandRules.ToSign(body), HashAlgorithmName.SHA256)) }, ContractJson.Default.CommandMessage);

        public byte[] With(byte[] certificate) => ContractCodec.Write(new CommandMessage { Body = Convert.ToBase64String(Body), Certificate = Convert.ToBase64String(certificate), Signature = Convert.ToBase64String(_signer.SignData(CommandRules.ToSign(Body), HashAlgorithmName.SHA256)) }, ContractJson.Default.CommandMessage);
    }
}
