using System.Formats.Tar;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Bridge;
using Devices.Bridge.Attendance;
using Devices.Bridge.Fleet;
using Devices.Bridge.Roster.Events;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Backup;
using Devices.Bridge.Web.Filters;
using Devices.Bridge.Web.Time;
using Devices.Bridge.Wifi;
using Devices.Fuzz.Engine;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Devices.Fuzz.Targets;

/// <summary>What reaches the bridge from outside beside the terminals' messages: requests for certificates, events and files.</summary>
internal static class BridgeTargets
{
    private static readonly CallbackCrypto Crypto = new("token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "dingcorp");
    [ThreadStatic]
    private static string? _beside;

    private static readonly SiteClock Clock = SiteClock.For("Asia/Shanghai", TimeProvider.System);

    private const string Event = """{"EventType":"user_add_org","TimeStamp":"1790000000000","UserId":["u1","u2"],"CorpId":"dingcorp","eventId":"e1"}""";
    private const string Attendance = """{"EventType":"attendance_check_record","DataList":[{"userId":"u1","checkTime":1790000000000},{"userId":"u2","checkTime":"1790000000001"}]}""";
    private const string Department = """{"eventType":"org_dept_modify","deptId":[1,2,3]}""";

    private const string Plan = """
        {"validFrom":"2026-01-01","shifts":{"office":{"times":"09:00-18:00","permitLate":10,"break":60},"night":{"times":"22:00-06:00"}},
         "assignments":[{"week":{"1-5":"office","6,7":"rest"}},{"people":["u1"],"from":"2026-02-01","to":"2026-12-31","rotation":["night","night","rest"],"holidays":true}],
         "calendar":[{"date":"2026-10-01","to":"2026-10-07","rest":true},{"date":"2026-10-10","worksAs":4}]}
        """;

    public static IEnumerable<FuzzTarget> All =>
    [
        new("bridge/csr", Shape.Bytes, Requests, bytes => Csr(Convert.ToBase64String(bytes))) { Files = ["cloud-bridge/Bridge/Fleet/CsrReader.cs"], Runs = 1_000 },
        new("bridge/csr-text", Shape.Text, () => [.. Requests().Select(der => Convert.ToBase64String(der, Base64FormattingOptions.InsertLineBreaks).Utf8())], bytes => Csr(bytes.Text())) { Files = ["cloud-bridge/Bridge/Fleet/CsrReader.cs"], Runs = 500 },
        new("bridge/callback-encrypted", Shape.Text, () => [Crypto.Encrypt(Event).Utf8()], bytes => Crypto.Decrypt(bytes.Text()) is { } text ? $"opened {text}" : "refused") { Files = ["cloud-bridge/Bridge/Roster/Events/CallbackCrypto.cs"] },
        new("bridge/callback-plain", Shape.Bytes, Samples.Of((byte[])[.. new byte[16], 0, 0, 0, 5, .. "hello"u8, .. "dingcorp"u8]), Padded) { Files = ["cloud-bridge/Bridge/Roster/Events/CallbackCrypto.cs"] },
        new("bridge/event", Shape.Json, Samples.Of(Event, Attendance, Department), Events) { Files = ["cloud-bridge/Bridge/Roster/Events/EventReading.cs"], Words = ["user_leave_org", "org_change", "attendance_check_record", "userId", "deptId"] },
        new("bridge/stream-frame", Shape.Json, Samples.Of($$$"""{"specVersion":"1.0","type":"EVENT","headers":{"messageId":"m1","topic":"*","eventType":"user_add_org","eventId":"e1","contentType":"application/json"},"data":"{\"userId\":[\"u1\"]}"}""", """{"type":"SYSTEM","headers":{"topic":"ping","messageId":"m2"},"data":"{}"}"""), Frame)
            { Files = ["cloud-bridge/Bridge/Roster/Events/StreamFrame.cs", "cloud-bridge/Bridge/Roster/Events/StreamConnection.cs"], Words = ["SYSTEM", "EVENT", "CALLBACK", "disconnect", "ping"] },
        new("bridge/plan", Shape.Json, Samples.Of(Plan), bytes => PlanReader.Read(bytes.Text()) is var (plan, fault) && plan is null ? ContractTargets.Expect(fault is { Length: > 0 }, fault!, "neither a plan nor a fault") : "taken") { Files = ["cloud-bridge/Bridge/Attendance/PlanReader.cs", "cloud-bridge/Bridge/Attendance/ShiftTimes.cs", "cloud-bridge/Bridge/Attendance/Shift.cs"], Words = ["1-7", "08:00-12:00,13:30-17:30", "22:00-06:00", "rest", "2026-01-01", "9000-12-31"] },
        new("bridge/backup", Shape.Bytes, () => [Backup()], ReadBackup) { Files = ["cloud-bridge/Bridge/Store/Backup/BackupFile.cs"], Refusals = [typeof(BridgeStartException)], Words = ["manifest.json", "../x"], Runs = 300 },
        new("bridge/backup-manifest", Shape.Json, () => [Manifest()], bytes => ReadBackup(Backup(bytes))) { Files = ["cloud-bridge/Bridge/Store/Backup/BackupFile.cs"], Refusals = [typeof(BridgeStartException)], Runs = 400 },
        new("bridge/query", Shape.Text, Samples.Of("?person=u1&department=3&terminal=m2-001&site=-&method=face&state=pending&from=2026-10-01&to=2026-10-02T08:00&at=o.1790000000000.5.50&page=2&show=late&day=2026-10-01&month=2026-10&after=5-7&first=2026-10-01&last=2026-10-05&limit=20"), Query)
            { Files = ["cloud-bridge/Bridge/Web/Filters/PunchFilters.cs", "cloud-bridge/Bridge/Web/Filters/BoardFilters.cs", "cloud-bridge/Bridge/Web/Filters/DayRange.cs", "cloud-bridge/Bridge/Web/Filters/MonthText.cs", "cloud-bridge/Bridge/Web/Filters/ListPlace.cs", "cloud-bridge/Bridge/Store/PunchCursor.cs", "cloud-bridge/Bridge/Web/Time/SiteClock.cs", "cloud-bridge/Bridge/Web/Api/ApiQuery.cs"], Words = ["&", "=", "from", "to", "at", "9999-12-31", "0001-01-01", "2026-13-01", "n.", "o."] },
        new("bridge/claim", Shape.Text, () => [ClaimCode.Create().Utf8(), ClaimCode.WithRoot(ClaimCode.Create(), new string('a', 64)).Utf8()], bytes => ClaimCode.TryHash(bytes.Text(), out byte[] hash) ? ContractTargets.Expect(hash.Length == 32, "taken", "no hash") : "refused") { Files = ["cloud-bridge/Bridge/Fleet/ClaimCode.cs"] },
        new("bridge/claim-batch", Shape.Text, Samples.Of("terminal,serial,claim\nm2-001,1,\nm2-002,2,\"a \"\"b\"\"\"\n"), bytes => $"read {ClaimBatch.Read(Samples.Put("claims.csv", bytes)).Count}") { Files = ["cloud-bridge/Bridge/Fleet/ClaimBatch.cs"], Refusals = [typeof(BridgeStartException)], Words = [",", "\"", "\n", "terminal", "claim"], Runs = 800 },
        new("bridge/mac", Shape.Text, Samples.Of("AA:BB:CC:DD:EE:FF", "a2-bb-cc-dd-ee-ff", "a2bb.ccdd.eeff"), bytes => MacAddress.Read(bytes.Text()) is { } mac ? ContractTargets.Expect(mac.Text.Length == 17, $"taken {mac.IsPrivate}", "another length") : "refused") { Files = ["cloud-bridge/Bridge/Wifi/MacAddress.cs"] },
        new("bridge/wishes", Shape.Text, Samples.Of("Repeat:Seconds=60\nTimeZone=Asia/Shanghai\nLiveness:Enabled=true"), Wishes) { Files = ["cloud-bridge/Bridge/Fleet/ConfigInput.cs"], Words = ["Repeat:Seconds", "=", "\n"] },
    ];

    private static string Csr(string body)
    {
        (PublicKey? key, string? board, string? fault) = CsrReader.ReadBoard(body, "m2-001");
        if (key is null) return ContractTargets.Expect(fault is { Length: > 0 and < 400 } && board is null, fault!, "neither a key nor a fault");
        return ContractTargets.Expect(fault is null && (board is null || CsrReader.IsBoard(board)), $"taken {board is null}", "a board's number that none has");
    }

    private static IReadOnlyList<byte[]> Requests()
    {
        using ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA rsa = RSA.Create(2048);
        return
        [
            new CertificateRequest("CN=m2-001", ec, HashAlgorithmName.SHA256).CreateSigningRequest(),
            new CertificateRequest("CN=m2-001, serialNumber=10000000abcdef", ec, HashAlgorithmName.SHA256).CreateSigningRequest(),
            new CertificateRequest("CN=m2-001", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequest(),
        ];
    }

    // What stands behind the encryption, as somebody sends it who has the keys.
    private static string Padded(byte[] plain)
    {
        using Aes aes = Aes.Create();
        aes.Key = Convert.FromBase64String("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG=");
        int pad = 32 - (plain.Length % 32);
        byte[] padded = [.. plain, .. Enumerable.Repeat((byte)pad, pad)];
        return Crypto.Decrypt(Convert.ToBase64String(aes.EncryptCbc(padded, aes.Key.AsSpan(0, 16), PaddingMode.None))) is { } text ? $"opened {text.Length}" : "refused";
    }

    private static string Events(byte[] bytes)
    {
        if (EventReading.Body(bytes.Text()) is not { } body) return "no JSON";
        string? kind = EventReading.Text(EventReading.Field(body, "EventType")), encrypted = EventReading.Text(EventReading.Field(body, "encrypt"));
        PlatformEvent happened = new(EventReading.Text(EventReading.Field(body, "eventId")) ?? "", kind ?? "", body);
        IReadOnlyList<RosterMark> marks = EventReading.Marks(happened);
        if (marks.Any(mark => mark.Id.Length > 128) || marks.Count > 1000) throw new FindingException("marks beyond the limit");
        return $"{kind?.Length > 0} {encrypted is null} {marks.Count} {EventReading.Punches(happened).Count}";
    }

    private static string Frame(byte[] bytes)
    {
        if (StreamFrame.Read(bytes) is not { } frame) return "no frame";
        _ = frame.Answer(200, "OK", frame.Data);
        return $"{frame.Type} {EventReading.Body(frame.Data) is null}";
    }

    private static byte[] Manifest() => JsonSerializer.SerializeToUtf8Bytes(new BackupManifest(1, 1_790_000_000_000, "0.1.0", "sqlite", 38, [new("bridge.db", 5, Convert.ToHexStringLower(SHA256.HashData("12345"u8)))], new Dictionary<string, long> { ["punches"] = 0 }, [new("m2-001", Guid.Empty, 0, new string('0', 64), "ok", 0)]), BackupJson.Default.BackupManifest);

    private static byte[] Backup() => Backup(Manifest());

    private static byte[] Backup(byte[] manifest)
    {
        using MemoryStream file = new();
        using (TarWriter tar = new(file, TarEntryFormat.Pax, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bridge.db") { DataStream = new MemoryStream("12345"u8.ToArray()) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, BackupFile.ManifestName) { DataStream = new MemoryStream(manifest) });
        }

        return file.ToArray();
    }

    private static string ReadBackup(byte[] bytes)
    {
        string file = Samples.Put("backup.tar", bytes), above = Path.GetDirectoryName(file)!, into = Path.Combine(above, "into");
        if (_beside is not null) throw new FindingException($"something was written beside the directory: {_beside}");
        Directory.CreateDirectory(into);
        try
        {
            return $"read {BackupFile.ReadAsync(file, into, CancellationToken.None).GetAwaiter().GetResult().Parts.Count}";
        }
        finally
        {
            Directory.Delete(into, recursive: true);
            // What is written beside the directory stays there, and the next input is told.
            _beside ??= Directory.EnumerateFileSystemEntries(above).FirstOrDefault(one => one != file && !Path.GetFileName(one).Contains('.', StringComparison.Ordinal));
        }
    }

    private static string Query(byte[] bytes)
    {
        string text = bytes.Text();
        QueryCollection query = new(QueryHelpers.ParseQuery(text.StartsWith('?') ? text : "?" + text));
        PunchFilters punches = PunchFilters.Parse(query, Clock);
        if (punches.Filter.From >= punches.Filter.To && punches.Problems.Count == 0) throw new FindingException("an empty time without a word");
        BoardFilters board = new(query, Clock, shifts: true);
        DayRange days = new(query, Clock);
        if (days.Days.Count() > DayRange.Longest) throw new FindingException("more days than may be");
        _ = MonthText.Read(query, Clock, out FilterProblem? month);
        DefaultHttpContext context = new();
        context.Request.Query = query;
        bool limit = Devices.Bridge.Web.Api.ApiQuery.TryLimit(context, out int most);
        if (limit && most is < 1 or > 1000) throw new FindingException("a limit beyond the limit");
        Uri.IsWellFormedUriString(punches.Address("/punches", punches.Cursor), UriKind.Relative);
        return $"{string.Join(',', punches.Problems.Select(p => p.Key))} {string.Join(',', board.Problems.Select(p => p.Key))} {days.Problem?.Key} {month?.Key} {ListPlace.Numbers(query) is null} {ListPlace.Number(query) is null} {limit} {board.Address().Length > 0}";
    }

    private static string Wishes(byte[] bytes)
    {
        IEnumerable<KeyValuePair<string, string?>> typed = bytes.Text().Split('\n').Select(line => line.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair.ElementAtOrDefault(1)));
        IReadOnlyDictionary<string, string?> changes = ConfigInput.Read(typed, out IReadOnlyDictionary<string, string> faults);
        return $"{changes.Count} {string.Join(',', faults.Values)}";
    }
}
