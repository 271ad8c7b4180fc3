using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Tests.Support;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;

namespace Devices.Cli.Tests.Doctor;

/// <summary>The support bundle is searched for everything that must not be in it.</summary>
public sealed class BundleTests : IAsyncLifetime
{
    private const string McuPassword = "b7c1f0e29d5a4836", CameraPassword = "hunter2camera", TokenInUrl = "token=sesame99", Pin = "83514";
    private static readonly string[] People = ["u-10042", "Grace Hopper", "04A1B2C3", "王小明", "manager7731", "u-20077", "04FFEE99"];

    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly FakeBridge _bridge;
    private readonly Support.Cli _cli;
    private FakeAgent _agent = null!;

    public BundleTests()
    {
        _bridge = new FakeBridge(_authority);
        _cli = new Support.Cli(_folder) { With = new BoardTree(_folder).On };
    }

    public async ValueTask InitializeAsync()
    {
        (await _cli.RunAsync("provision", "--bridge", _bridge.Address, "--claim", _bridge.Claim, "--terminal", "m2-001", "--state", "state", "--bridge-mqtt", $"127.0.0.1:{_bridge.Port}", "--site", "North gate",
            "--camera", $"mjpeg:http://admin:{CameraPassword}@10.0.0.9/stream?{TokenInUrl}", "--no-uplink-check", "--set", $"Secret:Thing={CameraPassword}", "--set", "Repeat:Seconds=45")).ShouldSucceed();
        using (LedgerStore store = LedgerStore.Open(new LedgerOptions { Path = _folder["state", "ledger.db"], Terminal = "m2-001", ReserveBytes = 0 }, "boot"))
            foreach ((string person, PunchMethod method) in new[] { ("u-10042", PunchMethod.Card), ("manager7731", PunchMethod.Pin), ("u-20077", PunchMethod.Card) })
                store.Append(new PunchDraft { Person = person, Method = method }, ClockReading.Known(1_790_000_000_000, 1, "boot"));
        Files.WriteAtomically(_folder["state", "mcu.password"], McuPassword, Files.Secret);
        Files.WriteAtomically(_folder["state", "templates.key"], Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"), Files.Secret);
        _agent = await FakeAgent.StartAsync(_folder["state", "agent.sock"]);
        _agent.People = """[{ "id": "u-10042", "name": "Grace Hopper", "cards": ["04A1B2C3"] }, { "id": "u-30001", "name": "王小明", "cards": [] }]""";
        _agent.Status = JsonSerializer.Serialize(new
        {
            terminal = "m2-001", version = "0.1.0", mode = "whole", people = 2, last_seq = 3, clock = "ntp", queue = 3,
            roster = new { revision = 5, wanted = 5, problem = "Grace Hopper (u-10042) has the card 04FFEE99 of somebody else." },
            bridge = "Connected; the last person was Grace Hopper.",
            camera = new { name = $"http://admin:{CameraPassword}@10.0.0.9/stream?{TokenInUrl}", running = true, frames_per_second = 20.0, last_frame_at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() },
            shared_site = new { members = new[] { "m2-002" }, code = "ABCD-EFGH-SECRETCODE" },
        });
        _agent.Events = string.Join('\n',
            """{"at":1790000000000,"kind":"agent","text":"Terminal m2-001 starts: 2 people."}""",
            """{"at":1790000001000,"kind":"punch","person":"u-10042","name":"Grace Hopper","method":"card","seq":1,"text":"Grace Hopper by card, punch m2-001/1 stored"}""",
            """{"at":1790000002000,"kind":"refused","reason":"card-unknown","method":"card","text":"The card 04FFEE99 belongs to nobody; no punch."}""",
            $$"""{"at":1790000003000,"kind":"camera","text":"The camera http://admin:{{CameraPassword}}@10.0.0.9/stream?{{TokenInUrl}} is silent."}""",
            $$"""{"at":1790000004000,"kind":"pin","text":"The PIN {{Pin}} of 王小明 was set."}""",
            """{"at":1790000005000,"kind":"bridge","text":"A slip: Grace Hopper in a line that never names people."}""",
            """{"at":1790000006000,"kind":"invented-later","text":"manager7731 did something."}""");
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _bridge.DisposeAsync();
        _authority.Dispose();
        _folder.Dispose();
    }

    private Dictionary<string, string> Read(string file)
    {
        Dictionary<string, string> entries = [];
        using FileStream stream = File.OpenRead(_folder[file]);
        using var zip = new GZipStream(stream, CompressionMode.Decompress);
        using var tar = new TarReader(zip);
        while (tar.GetNextEntry() is { } entry)
            entries[entry.Name["devices-support/".Length..]] = entry.DataStream is null ? "" : new StreamReader(entry.DataStream).ReadToEnd();
        return entries;
    }

    [Fact]
    public async Task Nothing_secret_and_nobody_is_in_the_bundle_and_what_helps_is()
    {
        Ran run = await _cli.RunAsync("doctor", "--state", "state", "--bundle", "support.tar.gz", "--json");
        run.Code.ShouldBe(ExitCodes.TroubleFound.Number);
        JsonElement bundle = run.Json.GetProperty("bundle");
        File.GetUnixFileMode(_folder["support.tar.gz"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Dictionary<string, string> entries = Read("support.tar.gz");
        entries.Keys.ShouldBe(["README.txt", "findings.json", "settings.json", "status.json", "log.txt", "certificates.txt", "ledger.json", "board.json", "files.txt"]);
        bundle.GetProperty("entries").EnumerateArray().Select(e => e.GetString()).ShouldBe(entries.Keys);

        string key = File.ReadAllText(_folder["state", "tls", "terminal.key"]);
        string[] never = [McuPassword, CameraPassword, TokenInUrl, "sesame99", Pin, "PRIVATE KEY", "0123456789abcdef", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "SECRETCODE", key.Split('\n')[1], .. People];
        foreach ((string name, string text) in entries)
            foreach (string secret in never) text.ShouldNotContain(secret, Case.Insensitive, name);
        // Nor in what the file would show without being unpacked.
        byte[] raw = File.ReadAllBytes(_folder["support.tar.gz"]);
        Encoding.UTF8.GetString(raw).ShouldNotContain("Grace");

        entries["findings.json"].ShouldContain("\"check\": \"disk wear\"");
        entries["settings.json"].ShouldContain("North gate");
        entries["settings.json"].ShouldContain("10.0.0.9");
        JsonDocument.Parse(entries["settings.json"]).RootElement.GetProperty("Secret").GetProperty("Thing").GetString().ShouldBe("(left out)");
        JsonDocument.Parse(entries["settings.json"]).RootElement.GetProperty("Repeat").GetProperty("Seconds").GetInt32().ShouldBe(45);
        entries["log.txt"].ShouldContain("agent: Terminal m2-001 starts");
        entries["log.txt"].ShouldContain("refused method=card reason=card-unknown");
        entries["log.txt"].ShouldContain("punch method=card seq=1");
        JsonElement ledger = JsonDocument.Parse(entries["ledger.json"]).RootElement;
        ledger.GetProperty("rows").GetInt32().ShouldBe(3);
        ledger.GetProperty("whole").GetBoolean().ShouldBeTrue();
        ledger.GetProperty("by_method").GetProperty("pin").GetInt32().ShouldBe(1);
        entries["board.json"].ShouldContain("Raspberry Pi 4");
        entries["certificates.txt"].ShouldContain("subject CN=m2-001");
        entries["files.txt"].ShouldContain("0600");
        // Two slips were among listed texts: the second net took them.
        bundle.GetProperty("removed").GetInt32().ShouldBeGreaterThanOrEqualTo(2);
        entries["README.txt"].ShouldContain("Not in it: keys");
    }

    [Fact]
    public async Task Without_an_agent_the_bundle_says_what_is_missing()
    {
        await _agent.DisposeAsync();
        Ran run = await _cli.RunAsync("doctor", "--state", "state", "--bundle", "support.tar.gz");
        run.Output.ShouldContain("holds no secret and no person");
        Dictionary<string, string> entries = Read("support.tar.gz");
        entries.ShouldNotContainKey("log.txt");
        entries["README.txt"].ShouldContain("The agent did not answer");
        foreach (string text in entries.Values) text.ShouldNotContain("u-10042");
    }
}
