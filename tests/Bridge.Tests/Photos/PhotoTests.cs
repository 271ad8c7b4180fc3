using System.Net;
using System.Security.Cryptography;
using Devices.Bridge.Photos;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Api;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Web;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using MQTTnet.Packets;

namespace Devices.Bridge.Tests.Photos;

/// <summary>Evidence photos from the wire to the disk, to HR's eyes and away again.</summary>
public sealed class PhotoTests
{
    private const string On = "--Bridge:Photos:Enabled=true";

    [Fact]
    public async Task A_photo_of_a_stored_punch_is_kept_by_its_contents_and_mode_and_the_repeat_changes_nothing()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(null, On);
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        byte[] picture = Jpeg(1, 9_000);
        (TestLedger ledger, string sha) = WithPhoto("m2-001", picture);

        MqttClientPublishResult early = await SendAsync(terminal, sha, picture);
        Code(early).ShouldBe(ProblemCodes.Gap);
        early.ReasonString.ShouldBe("No stored punch of this terminal names this photo: send it after its punch was acknowledged.");
        (await terminal.PublishAsync(ledger.All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        for (int i = 0; i < 2; i++) (await SendAsync(terminal, i == 0 ? sha : sha.ToUpperInvariant(), picture)).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);

        string file = Path.Combine(bridge.Data, "photos", sha[..2], sha[2..4], sha + ".jpg");
        (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).ShouldBe(picture);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(Path.GetDirectoryName(file)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        Directory.EnumerateFiles(Path.Combine(bridge.Data, "photos"), "*", SearchOption.AllDirectories).Count().ShouldBe(1);
        PhotoRow row = (await bridge.Get<IPhotoStore>().FindAsync(SiteScope.All, new("m2-001", ledger.Id, 1)))!;
        (row.Sha256, row.Person, row.Bytes, row.RemovedAt).ShouldBe((sha, "u-100", 9_000, null));
        (await bridge.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, true, 10)).ShouldBeEmpty("a photo that came too early is nothing for people");
    }

    [Fact]
    public async Task What_is_not_what_its_topic_says_is_refused_and_nothing_is_written()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(null, On);
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        await using TestTerminal other = await bridge.ConnectAsync("m2-002");
        byte[] picture = Jpeg(2, 500), text = System.Text.Encoding.ASCII.GetBytes("<svg onload=alert(1)>");
        (TestLedger ledger, string sha) = WithPhoto("m2-001", picture);
        await terminal.PublishAsync(ledger.All());

        Code(await SendAsync(terminal, sha, Jpeg(3, 500))).ShouldBe(ProblemCodes.Malformed);
        Code(await SendAsync(terminal, Sha(text), text)).ShouldBe(ProblemCodes.Malformed);
        Code(await SendAsync(terminal, sha, [])).ShouldBe(ProblemCodes.Malformed);
        Code(await SendAsync(terminal, sha, new byte[Protocol.MaxPhoto + 1])).ShouldBe(ProblemCodes.Oversized);
        Code(await SendAsync(other, sha, picture)).ShouldBe(ProblemCodes.Gap, "another terminal's punch is no reason to take it");
        Code(await terminal.PublishAsync(Topics.For("m2-001", "photo/../../x"), picture)).ShouldBe(ProblemCodes.Malformed);
        Directory.Exists(Path.Combine(bridge.Data, "photos")).ShouldBeFalse();
        (await bridge.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 10)).ShouldContain(row => row.Code == ProblemCodes.Malformed);
    }

    [Fact]
    public async Task A_photo_that_comes_after_its_person_was_erased_is_not_taken_and_the_terminal_deletes_it()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(null, On);
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        byte[] picture = Jpeg(8, 600);
        (TestLedger ledger, string sha) = WithPhoto("m2-001", picture);
        await terminal.PublishAsync(ledger.All());
        await bridge.Get<SqlDatabase>().WriteAsync(session => session.Execute(
            "INSERT INTO privacy_erasures (person, erased_at, erased_by, reason, revision, done) VALUES (@person, @at, 'hr', 'left', 1, '{}')",
            ("@person", ledger.Punches[0].Person), ("@at", ledger.Punches[0].At + 1)), CancellationToken.None);

        Code(await SendAsync(terminal, sha, picture)).ShouldBe(ProblemCodes.Unwanted);

        File.Exists(bridge.Get<PhotoVault>().PathOf(sha)).ShouldBeFalse();
        (await bridge.Get<IPhotoStore>().FindAsync(SiteScope.All, new("m2-001", ledger.Id, 1))).ShouldBeNull();
    }

    [Fact]
    public async Task Where_the_policy_keeps_none_the_terminal_is_told_to_delete_it()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        byte[] picture = Jpeg(4, 500);
        (TestLedger ledger, string sha) = WithPhoto("m2-001", picture);
        await terminal.PublishAsync(ledger.All());
        MqttClientPublishResult answer = await SendAsync(terminal, sha, picture);
        (answer.ReasonCode, Code(answer)).ShouldBe((MqttClientPublishReasonCode.NotAuthorized, ProblemCodes.Unwanted));
        Directory.Exists(Path.Combine(bridge.Data, "photos")).ShouldBeFalse();
        (await bridge.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, true, 10)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Retention_removes_the_file_keeps_the_report_and_the_punch_and_a_late_repeat_does_not_bring_it_back()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using TestBridge bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(new Shifted(time)), On, "--Bridge:Photos:RetentionDays=7");
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        byte[] old = Jpeg(5, 700), young = Jpeg(6, 800);
        TestLedger ledger = new("m2-001");
        ledger.Add(photo: Sha(old));
        ledger.Add(photo: Sha(young));
        await terminal.PublishAsync(ledger.All());
        (await SendAsync(terminal, Sha(old), old)).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        time.Advance(TimeSpan.FromDays(6));
        (await SendAsync(terminal, Sha(young), young)).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        PhotoVault vault = bridge.Get<PhotoVault>();
        string left = vault.PathOf(Sha(old)) + ".left.new";
        await File.WriteAllTextAsync(left, "of a crash", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(left, time.GetUtcNow().UtcDateTime.AddHours(-2));

        (await bridge.Get<PhotoRemoval>().ByAgeAsync(CancellationToken.None)).ShouldBe(new RemovalReport(0, 0, 1));
        time.Advance(TimeSpan.FromDays(2));
        (await bridge.Get<PhotoRemoval>().ByAgeAsync(CancellationToken.None)).ShouldBe(new RemovalReport(1, 700, 0));
        (File.Exists(vault.PathOf(Sha(old))), File.Exists(vault.PathOf(Sha(young)))).ShouldBe((false, true));
        PhotoRow row = (await bridge.Get<IPhotoStore>().FindAsync(SiteScope.All, new("m2-001", ledger.Id, 1)))!;
        row.RemovedWhy.ShouldBe("retention");
        (await bridge.Get<IAuditStore>().AuditLogAsync(10)).ShouldContain(one => one.Action == "photos-retention" && one.Detail!.StartsWith("1 photos (700 bytes)", StringComparison.Ordinal));
        Code(await SendAsync(terminal, Sha(old), old)).ShouldBe(ProblemCodes.Unwanted);
        File.Exists(vault.PathOf(Sha(old))).ShouldBeFalse();
        (await bridge.Get<IPunchStore>().ListAfterAsync(SiteScope.All, 0, 10)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Hr_sees_a_photo_only_logged_in_and_each_look_is_in_the_audit_log_and_an_erasure_takes_all_of_a_person()
    {
        OpenApiFile file = await OpenApiFile.LoadAsync();
        await using HrSite site = await HrSite.StartAsync(On);
        await PageTests.RosterAsync(site);
        byte[] picture = Jpeg(7, 900);
        TestLedger ledger = new("m2-001");
        Punch punch = ledger.Add("ada", Delivery.Bench.Now(10), photo: Sha(picture));
        await site.Bench.Punches.AppendAsync(ledger.All());
        string key = $"{punch.Terminal}/{punch.Ledger}/{punch.Seq}", address = $"/api/v1/punches/{key}/photo";
        const string Template = "/api/v1/punches/{terminal}/{ledger}/{seq}/photo";
        using HrSite.Browser browser = await site.LogInAsync(), nobody = site.Open();
        (await browser.PageAsync("/punches")).ShouldContain($"/punches/{key}/photo");
        (await browser.PageAsync($"/punches/{key}/photo")).ShouldContain("The photo has not come yet");
        await ExpectAsync(browser, address, HttpStatusCode.NotFound);
        (await site.Bench.Get<Devices.Bridge.Ingest.IPhotoIntake>().TakeAsync("m2-001", Sha(picture), picture, CancellationToken.None)).ShouldBeNull();
        await ExpectAsync(nobody, address, HttpStatusCode.Unauthorized);
        await ExpectAsync(browser, "/api/v1/punches/m2-001/not-a-guid/1/photo", HttpStatusCode.NotFound);
        (await Views()).ShouldBe(0);
        (await browser.PageAsync($"/punches/{key}/photo")).ShouldContain($"src=\"{address}\"");
        using (HttpResponseMessage shown = await browser.GetAsync(address))
        {
            (await shown.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(picture);
            shown.Headers.CacheControl!.NoStore.ShouldBeTrue();
            await file.CheckAsync(Template, HttpMethod.Get, shown);
        }
        (await site.Bench.Get<IAuditStore>().AuditLogAsync(10)).ShouldContain(row => row.Action == "photo-view" && row.Actor == "hr" && row.Target == key && row.Address != null);
        (await Views()).ShouldBe(1);

        (await site.Bench.Get<PhotoRemoval>().OfPersonAsync("ada", "hr", CancellationToken.None)).ShouldBe(new RemovalReport(1, 900, 0));
        await ExpectAsync(browser, address, HttpStatusCode.NotFound);
        (await browser.PageAsync($"/punches/{key}/photo")).ShouldContain("was erased");
        File.Exists(site.Bench.Get<PhotoVault>().PathOf(Sha(picture))).ShouldBeFalse();

        async Task<int> Views() => (await site.Bench.Get<IAuditStore>().AuditLogAsync(100)).Count(row => row.Action == "photo-view");

        async Task ExpectAsync(HrSite.Browser who, string at, HttpStatusCode status)
        {
            using HttpResponseMessage answer = await who.GetAsync(at);
            answer.StatusCode.ShouldBe(status);
            await file.CheckAsync(Template, HttpMethod.Get, answer);
        }
    }

    [Fact]
    public async Task A_full_photo_store_makes_photos_wait_and_punches_go_on()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(null, On, "--Bridge:Photos:MaxMiB=1");
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        TestLedger ledger = new("m2-001");
        List<byte[]> pictures = [.. Enumerable.Range(10, 6).Select(i => Jpeg(i, 200_000))];
        foreach (byte[] picture in pictures) ledger.Add(photo: Sha(picture));
        (await terminal.PublishAsync(ledger.All())).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
        List<string> codes = [];
        foreach (byte[] picture in pictures) codes.Add(Code(await SendAsync(terminal, Sha(picture), picture)));
        codes.ShouldBe(["", "", "", "", "", ProblemCodes.Unavailable]);
        (await bridge.ExceptionAsync(PhotoIntake.Full)).Text.ShouldContain("Bridge:Photos:MaxMiB");
        ledger.Add();
        (await terminal.PublishAsync(ledger.Batch(7, 1))).ReasonCode.ShouldBe(MqttClientPublishReasonCode.Success);
    }

    [Fact]
    public async Task A_damaged_file_is_never_shown_and_is_mended_by_the_next_copy()
    {
        using TempDirectory directory = new();
        PhotoVault vault = new(directory.File("photos"));
        byte[] picture = Jpeg(20, 300);
        await vault.WriteAsync(Sha(picture), picture, CancellationToken.None);
        await File.WriteAllTextAsync(vault.PathOf(Sha(picture)), "damaged", TestContext.Current.CancellationToken);
        (await vault.ReadAsync(Sha(picture), CancellationToken.None)).ShouldBeNull();
        await vault.WriteAsync(Sha(picture), picture, CancellationToken.None);
        (await vault.ReadAsync(Sha(picture), CancellationToken.None)).ShouldBe(picture);
        vault.Delete(Sha(picture));
        vault.Delete(Sha(picture));
        (await vault.ReadAsync(Sha(picture), CancellationToken.None)).ShouldBeNull();
    }

    [Theory]
    [InlineData("--Bridge:Photos:RetentionDays=0", "Bridge:Photos:RetentionDays is 0")]
    [InlineData("--Bridge:Photos:MaxMiB=0", "Bridge:Photos:MaxMiB is 0")]
    [InlineData("--Bridge:Photos:Enabled=perhaps", "A setting cannot be read")]
    [InlineData("--Bridge:Photos:Days=3", "There is no setting Bridge:Photos:Days")]
    [InlineData("--Bridge:Ingest:ClockAheadMinutes=0", "Bridge:Ingest:ClockAheadMinutes is 0")]
    [InlineData("--Bridge:Ingest:ClockBackEntryMinutes=3", "Bridge:Ingest:ClockBackEntryMinutes is 3")]
    public void Nonsense_is_refused_at_start_with_a_sentence(string setting, string sentence) =>
        Should.Throw<BridgeStartException>(() => BridgeApplication.Build([setting])).Message.ShouldContain(sentence);

    private static (TestLedger Ledger, string Sha) WithPhoto(string terminal, byte[] picture)
    {
        TestLedger ledger = new(terminal);
        ledger.Add(photo: Sha(picture));
        return (ledger, Sha(picture));
    }

    private static Task<MqttClientPublishResult> SendAsync(TestTerminal terminal, string sha, byte[] picture) =>
        terminal.PublishAsync(Topics.For(terminal.Identity.Terminal, $"{Topics.Photo}/{sha}"), picture);

    private static string Code(MqttClientPublishResult answer) => answer.UserProperties?.FirstOrDefault(one => one.Name == "problem")?.ReadValueAsString() ?? "";

    private static string Sha(byte[] picture) => Convert.ToHexStringLower(SHA256.HashData(picture));

    // The bytes are what matters here; a JPEG begins so.
    private static byte[] Jpeg(int seed, int length)
    {
        byte[] picture = new byte[length];
        new Random(seed).NextBytes(picture);
        ((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff, 0xe0]).CopyTo(picture);
        return picture;
    }

    // Timers stay real: only the wall clock is moved.
    private sealed class Shifted(FakeTimeProvider wall) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => wall.GetUtcNow();
    }
}
