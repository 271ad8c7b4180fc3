using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using Devices.Bridge.Photos;
using Devices.Bridge.Privacy;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Backup;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Web;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Devices.Bridge.Tests.Privacy;

/// <summary>One person's data: given out, and erased with proof, from backups too.</summary>
public sealed class ErasureTests : IAsyncLifetime
{
    private const string Person = "u-4711";
    private const string Name = "Wilhelmina Quartermaine";
    private readonly LedgerMaker _ledger = new("t-1");
    private HrSite _hr = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Bench Bench => _hr.Bench;

    public async ValueTask InitializeAsync()
    {
        _hr = await HrSite.StartAsync("--Bridge:Privacy:TextVersion=2026-1");
        SqlDatabase database = Bench.Get<SqlDatabase>();
        foreach (string terminal in (string[])["t-1", "t-2"])
            await database.WriteAsync(session => session.Execute("INSERT INTO terminals (name, created_at) VALUES (@name, 0)", ("@name", terminal)), Stop);
        await Bench.Get<IPeopleStore>().ReconcileAsync([new(1, null, "Company")], [new(Person, Name, "J-77", true, [1]), new("other", "Somebody Else", null, true, [1])], Stop);
        Punch first = _ledger.Next(Person, Bench.Now(30)), second = _ledger.Next("other", Bench.Now(20)), third = _ledger.Next(Person, Bench.Now(10));
        await Bench.AppendAsync(_ledger, first, second, third);
        byte[] picture = [0xFF, 0xD8, 0xFF, 1, 2, 3];
        string sha = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(picture));
        await Bench.Get<PhotoVault>().WriteAsync(sha, picture, Stop);
        await database.WriteAsync(session => session.Execute(
            "INSERT INTO photos (terminal, ledger, seq, sha256, person, at, bytes, received_at) VALUES ('t-1', @l, 1, @s, @p, 1, 6, 1)", ("@l", first.Ledger.ToString("D")), ("@s", sha), ("@p", Person)), Stop);
        await Bench.Get<IExceptionStore>().RaiseAsync(new("roster", "reason.left", $"{Name} ({Person}) left 2026-11-01.") { Terminal = "t-1" }, Stop);
        await Bench.Get<INoticeStore>().AddConsentAsync(new(Person, "guardian", "v1", $"mother of {Name}", 1, "hr", null, null), Stop);
        await Bench.Get<IPrivacyStore>().AddConsentAsync(Person, "2026-1", "paper", 1, "hr", Stop);
        await database.WriteAsync(session => session.Execute(
            "INSERT INTO site_records (site, revision, slot, kind, terminal, person, record, received_at) VALUES ('', 1, 's', 'person', 't-1', @p, '{}', 1)", ("@p", Person)), Stop);
    }

    public ValueTask DisposeAsync() => _hr.DisposeAsync();

    [Fact]
    public async Task Everything_about_a_person_is_given_out_except_what_only_terminals_can_read()
    {
        using HrSite.Browser browser = await _hr.LogInAsync();
        using HttpResponseMessage answer = await browser.GetAsync($"/privacy/people/{Person}/export");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/zip");
        await using Stream zip = await answer.Content.ReadAsStreamAsync(Stop);
        using ZipArchive archive = new(zip);
        JsonArray Of(string name) => JsonNode.Parse(new StreamReader(archive.GetEntry($"{name}.json")!.Open()).ReadToEnd())!.AsArray();
        Of("person")[0]!["name"]!.GetValue<string>().ShouldBe(Name);
        Of("punches").Count.ShouldBe(2);
        Of("punches").Select(p => p!["seq"]!.GetValue<long>()).ShouldBe([1, 3]);
        Of("face_consents").Count.ShouldBe(1);
        Of("notice_consents").Count.ShouldBe(1);
        Of("enrolled_at_sites")[0]!.AsObject().Select(p => p.Key).ShouldNotContain("record", "the seal is not given");
        Of("audit").Count.ShouldBeGreaterThan(0);
        archive.Entries.Count(e => e.FullName.StartsWith("photos/", StringComparison.Ordinal)).ShouldBe(1);
        archive.GetEntry("README.txt").ShouldNotBeNull();
        foreach (ZipArchiveEntry entry in archive.Entries) new StreamReader(entry.Open()).ReadToEnd().ShouldNotContain("Somebody Else");
        (await Bench.Get<IAuditStore>().AuditLogAsync(5, Stop)).ShouldContain(a => a.Action == "privacy.export" && a.Target == Person);
        (await browser.GetAsync("/privacy/people/nobody/export")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_leaver_is_erased_with_proof_the_chain_stays_whole_and_a_restored_backup_does_not_bring_the_name_back()
    {
        using HrSite.Browser browser = await _hr.LogInAsync();
        string backup = Path.Combine(Bench.Folder, "old.tar");
        await BridgeBackup.CreateAsync(Bench.Get<BridgeOptions>(), backup, TimeProvider.System, Stop);
        (await EraseAsync(browser, Person, "other")).ShouldContain("Enter the same ID twice");
        (await EraseAsync(browser, Person, Person)).ShouldContain("The platform still names this person");
        await Bench.Get<IPeopleStore>().ApplyAsync(new([], [Person], [], []), Stop);

        string proof = await EraseAsync(browser, Person, Person);

        proof.ShouldContain("Proof of erasure");
        proof.ShouldContain("data-terminals-open=\"2\"");
        (await WhereAsync(Name)).ShouldBeEmpty("no text of the store has the name any more");
        (await WhereAsync("J-77")).ShouldBeEmpty();
        (await Bench.Get<IPhotoStore>().OfPersonAsync(Person, 10, Stop)).ShouldBeEmpty();
        Directory.EnumerateFiles(Path.Combine(Bench.Folder, "bridge", "photos"), "*.jpg", SearchOption.AllDirectories).ShouldBeEmpty();
        (await Bench.Get<IPunchStore>().ListAsync(SiteScope.All, new() { Person = Person }, null, 10)).Items.Count.ShouldBe(2, "punches stay under the id");
        PunchKey last = new("t-1", _ledger.Ledger, 3);
        StoredPunch punch = (await Bench.Get<IPunchStore>().FindAsync(SiteScope.All, last, Stop))!;
        byte[] chain = PunchChain.Genesis(_ledger.Ledger);
        for (long seq = 1; seq <= 3; seq++)
        {
            StoredPunch one = (await Bench.Get<IPunchStore>().FindAsync(SiteScope.All, last with { Seq = seq }, Stop))!;
            chain = PunchChain.Next(chain, one.Punch);
        }

        punch.Punch.Chain.ShouldBe(PunchChain.ToHex(chain), StringCompareShould.IgnoreCase);

        ErasedPerson erased = (await Bench.Get<IPrivacyStore>().FindErasedAsync(Person, Stop))!;
        foreach (string terminal in (string[])["t-1", "t-2"])
            await Bench.Get<IDownlinkStore>().SaveAppliedAsync(terminal, new RosterApplied
            {
                Line = Guid.NewGuid(), Revision = erased.Revision,
                Erased = terminal == "t-1" ? [new Erasure { Person = Person, Revision = erased.Revision, At = 5, Templates = 3, Cards = 1, Pins = 0 }] : [],
            }, Stop);
        string complete = await browser.PageAsync($"/privacy/erased/{Person}");
        complete.ShouldContain("data-terminals-open=\"0\"");
        complete.ShouldContain("3 templates, 1 cards, 0 PINs");
        complete.ShouldContain("held nothing");
        using HttpResponseMessage file = await browser.GetAsync($"/privacy/erased/{Person}/proof.json");
        JsonNode.Parse(await file.Content.ReadAsStringAsync(Stop))!["complete"]!.GetValue<bool>().ShouldBeTrue();
        file.Headers.Contains("Content-Digest").ShouldBeTrue();
        (await EraseAsync(browser, Person, Person)).ShouldContain("Proof of erasure", Case.Insensitive, "the same again changes nothing");
        (await File.ReadAllLinesAsync(Path.Combine(Bench.Folder, "bridge", "erased.jsonl"), Stop)).Length.ShouldBe(1);

        string restored = Path.Combine(Bench.Folder, "restored");
        await BridgeBackup.RestoreAsync(backup, restored, null, TimeProvider.System, Stop);
        await using WebApplication again = BridgeApplication.Build(
        [
            $"--Bridge:Data={restored}", "--Bridge:Http:Url=http://127.0.0.1:0", "--Bridge:Https:Port=0", "--Bridge:Https:Bind=127.0.0.1", "--Bridge:Mqtt:Port=0", "--Bridge:Mqtt:Bind=127.0.0.1",
            $"--Bridge:Privacy:TombstoneFile={Path.Combine(Bench.Folder, "bridge", "erased.jsonl")}", "--Logging:LogLevel:Default=Error",
        ]);
        await again.StartAsync(Stop);
        (await again.Services.GetRequiredService<IPeopleStore>().FindPersonAsync(SiteScope.All, Person, Stop))!.Name.ShouldBe(SqlPrivacyStore.Nobody);
        (await again.Services.GetRequiredService<IPrivacyStore>().FindErasedAsync(Person, Stop)).ShouldNotBeNull().ErasedAt.ShouldBe(erased.ErasedAt);
        await again.StopAsync(Stop);
    }

    [Fact]
    public async Task Consents_are_recorded_and_withdrawn_on_the_page_and_retention_shows_what_it_would_remove()
    {
        using HrSite.Browser browser = await _hr.LogInAsync();
        string page = await browser.PageAsync("/privacy");
        page.ShouldContain("data-person=\"other\" data-consent=\"none\"");
        page.ShouldNotContain($"data-person=\"{Person}\"");
        async Task<string> RecordAsync(string person, string day) => await FollowAsync(browser, await browser.SubmitAsync("/privacy", new() { ["person"] = person, ["version"] = "2026-1", ["channel"] = "paper", ["given"] = day }, "/privacy/consents"));
        (await RecordAsync("nobody", "2026-01-05")).ShouldContain("no such employee");
        (await RecordAsync("other", "2999-01-05")).ShouldContain("a day that is not to come");
        (await RecordAsync("other", "2026-01-05")).ShouldContain("Nobody is missing.");
        (await RecordAsync("other", "2026-01-05")).ShouldContain("in force already");
        (await FollowAsync(browser, await browser.SubmitAsync("/privacy", new() { ["person"] = "other" }, "/privacy/consents/withdraw"))).ShouldContain("data-person=\"other\" data-consent=\"withdrawn\"");
        string dry = await (await browser.SubmitAsync("/privacy", new() { ["_handler"] = "dry-run" })).Content.ReadAsStringAsync(Stop);
        dry.ShouldContain("data-dry-run=\"0\"");
        (await Bench.Get<IAuditStore>().AuditLogAsync(5, Stop)).ShouldContain(a => a.Action == "retention, dry run");
    }

    // Where a word stands in any text of any table.
    private async Task<List<string>> WhereAsync(string word)
    {
        if (await Bench.Get<SqlDatabase>().ReadAsync(session => session.Dialect.Name) != "sqlite") return [];
        return await Bench.Get<SqlDatabase>().ReadAsync(session => session
            .Query("SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.type = 'TEXT' AND m.name NOT LIKE 'sqlite|_%' ESCAPE '|'", row => (Table: row.GetString(0), Column: row.GetString(1)))
            .Where(place => session.Number($"SELECT COUNT(*) FROM {place.Table} WHERE INSTR({place.Column}, @word) > 0", ("@word", word)) > 0)
            .Select(place => $"{place.Table}.{place.Column}").ToList());
    }

    private static async Task<string> EraseAsync(HrSite.Browser browser, string person, string again) =>
        await FollowAsync(browser, await browser.SubmitAsync("/privacy", new() { ["person"] = person, ["again"] = again, ["reason"] = "asked for it" }, "/privacy/erase"));

    private static async Task<string> FollowAsync(HrSite.Browser browser, HttpResponseMessage answer)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        return await browser.PageAsync(answer.Headers.Location!.ToString());
    }
}
