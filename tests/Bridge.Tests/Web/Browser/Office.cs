using System.Globalization;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Web.Access;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Devices.Bridge.Tests.Web.Browser;

/// <summary>
/// A company on a Thursday at 09:05, in a running bridge: three sites, eight terminals, hundreds of people, a month of punches, with
/// everything that goes wrong somewhere. The same at every run. What works by itself in the bridge is switched off, so that nothing
/// changes while somebody looks.
/// </summary>
internal sealed class Office : IAsyncDisposable
{
    public const string Password = "correct horse battery";
    public const string Today = "2026-11-26";

    private const string Plan =
        """
        {
          "shifts": {
            "office": { "times": "09:00-12:00,13:00-18:00", "permitLate": 0, "seriousLate": 30 },
            "workshop": { "times": "08:00-17:00", "permitLate": 3, "permitEarly": 3 },
            "night": { "times": "22:00-06:00", "opensBefore": 120, "closesAfter": 240 }
          },
          "assignments": [
            { "week": { "1-5": "office" } },
            { "week": { "1-5": "workshop" }, "people": [WORKSHOP] },
            { "week": { "1-5": "night" }, "people": [NIGHT] }
          ],
          "calendar": [ { "date": "2026-11-11", "rest": true, "name": "Company day" } ]
        }
        """;

    private readonly ShiftedClock _clock;

    private Office(Bench bench, ShiftedClock clock) => (Bench, _clock) = (bench, clock);

    public Bench Bench { get; }

    public IReadOnlyList<Person> People { get; private set; } = [];

    private string Folder { get; init; } = "";

    /// <summary>Secrets of two wall boards: of every site by numbers, of one site with names.</summary>
    public string WallNumbers { get; } = WallLinks.Create();
    public string WallNames { get; } = WallLinks.Create();

    /// <summary>A punch that is a dead letter.</summary>
    public StoredPunch Dead { get; private set; } = null!;

    public static async Task<Office> OpenAsync()
    {
        List<Person> people = Staff.People();
        string folder = Directory.CreateTempSubdirectory("office-").FullName;
        string plan = Path.Combine(folder, "plan.json");
        await File.WriteAllTextAsync(plan, Plan.Replace("WORKSHOP", Ids(people.Where(Staff.InWorkshop)), StringComparison.Ordinal).Replace("NIGHT", Ids(people.Where(Staff.AtNight)), StringComparison.Ordinal));
        string secret = Path.Combine(folder, "webhook.secret");
        await File.WriteAllTextAsync(secret, Devices.Bridge.Delivery.Targets.Webhook.WebhookSecrets.New());
        ShiftedClock clock = new($"{Today} 09:05");
        Bench bench = await Bench.StartWithAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(clock);
                foreach (ServiceDescriptor service in builder.Services.Where(IsOwnWorker).ToList()) builder.Services.Remove(service);
            },
            $"--Bridge:Site:PlanFile={plan}", "--Bridge:Platform:MonthlyCalls=60000", "--Bridge:Photos:Enabled=true",
            "--Bridge:Webhook:Url=https://hooks.example.com/attendance", $"--Bridge:Webhook:SecretFile={secret}");
        Office office = new(bench, clock) { People = people, Folder = folder };
        await office.FillAsync();
        return office;
    }

    /// <summary>Site time of Shanghai, ms since the Unix epoch.</summary>
    public static long At(string local) => ShiftedClock.At(local);

    public async ValueTask DisposeAsync()
    {
        await Bench.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static string Ids(IEnumerable<Person> people) => string.Join(',', people.Select(p => $"\"{p.UserId}\""));

    // The web server itself is a hosted service too, of another assembly.
    private static bool IsOwnWorker(ServiceDescriptor service) => service.ServiceType == typeof(IHostedService)
        && (service.ImplementationType?.Assembly ?? service.ImplementationFactory?.Method.Module.Assembly) == typeof(BridgeApplication).Assembly;

    private async Task FillAsync()
    {
        await Bench.Get<IAccountStore>().AddAccountAsync(new("hr", "none", AccountRoles.First, SiteScope.All));
        await Bench.Get<AccountPasswords>().SetAsync("hr", Password, CancellationToken.None);
        await Bench.Get<IPeopleStore>().ReconcileAsync(Staff.Departments, People);
        await Bench.Get<SqlDatabase>().WriteAsync(session =>
        {
            foreach (var (name, site, i) in Staff.Terminals.Select((t, i) => (t.Name, t.Site, i)))
                session.Execute(
                    """
                    INSERT INTO terminals (name, site, created_at, online, last_seen_at, address, clock_offset_ms, clock, queue, free_bytes, temperature, versions)
                    VALUES (@name, @site, @made, @online, @seen, @address, @offset, 'synced', @queue, @free, @heat, @versions)
                    """,
                    ("@name", name), ("@site", site), ("@made", At("2026-09-01 10:00")), ("@online", i != 5), ("@seen", At(i == 5 ? $"{Today} 07:31" : $"{Today} 09:04")),
                    ("@address", $"192.0.2.{10 + i}"), ("@offset", (i - 3) * 230), ("@queue", i == 5 ? 12 : 0), ("@free", 6_400_000_000L - (i * 700_000_000L)),
                    ("@heat", 41.5 + i), ("@versions", $$"""{"agent":"1.{{4 - (i / 6)}}.0","firmware":"1.3.{{i}}","pack":"buffalo-s@2"}"""));
            return 0;
        });
        await PunchAsync();
        _clock.Set($"{Today} 09:05");
        await SettleAsync();
        await ReportAsync();
    }

    private async Task PunchAsync()
    {
        Dictionary<string, List<(string Person, long At, PunchMethod Method, ClockQuality Clock)>> byTerminal = Staff.Terminals.ToDictionary(t => t.Name, _ => new List<(string, long, PunchMethod, ClockQuality)>());
        foreach (var (person, at, method, clock, terminal) in Staff.Punches(People)) byTerminal[terminal].Add((person, at, method, clock));
        byTerminal["gate-1"].Add(("visitor-77", At($"{Today} 08:52:10"), PunchMethod.Card, ClockQuality.Synced));
        foreach (var (terminal, all) in byTerminal)
        {
            var punches = all.OrderBy(p => p.At).ToList();
            LedgerMaker ledger = new(terminal);
            await Bench.Get<SqlDatabase>().WriteAsync(session => session.Execute(
                "UPDATE terminals SET ledger = @ledger, last_seq = @last WHERE name = @name",
                ("@ledger", ledger.Ledger.ToString("D")), ("@last", punches.Count + (terminal == "shop-2" ? 12 : 0)), ("@name", terminal)));
            // Stored within the hour in which they were made, as far as the clock of the bridge can say.
            foreach (var hour in punches.OrderBy(p => p.At).ThenBy(p => p.Person, StringComparer.Ordinal).GroupBy(p => p.At / (punches[^1].At - p.At < 86_400_000 ? 600_000 : 86_400_000)))
            {
                _clock.Set(DateTimeOffset.FromUnixTimeMilliseconds(hour.Last().At + 4000).ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
                foreach (var batch in hour.Chunk(Protocol.MaxBatch)) await Bench.Punches.AppendAsync(ledger.Batch([.. batch.Select(p => ledger.Next(p.Person, p.At, p.Clock, p.Method))]));
            }
        }
    }

    // What became of the punches: nearly all at the platform, some of today under way, a few not.
    private async Task SettleAsync()
    {
        long today = At($"{Today} 00:00");
        await Bench.Get<SqlDatabase>().WriteAsync(session =>
        {
            session.Execute(
                """
                UPDATE outbox SET state = 'delivered', attempts = 1, sent_at = at + 2100, delivered_at = at + 2500, proved_at = at + 900000, next_attempt_at = NULL, reason_code = NULL, reason = NULL
                WHERE target = 'platform' AND state <> 'held' AND at < @until
                """, ("@until", At($"{Today} 09:01")));
            session.Execute("UPDATE outbox SET proved_at = NULL WHERE state = 'delivered' AND at >= @today", ("@today", today));
            void Change(string state, string? code, string? reason, string which, int attempts = 1) => session.Execute(
                $"""
                UPDATE outbox SET state = @state, attempts = @attempts, delivered_at = NULL, proved_at = NULL, reason_code = @code, reason = @reason, next_attempt_at = @next
                WHERE target = 'platform' AND punch_id IN ({which})
                """, ("@state", state), ("@attempts", attempts), ("@code", code), ("@reason", reason), ("@next", state == "waiting" ? At($"{Today} 09:07") : null));
            Change("dead", "reason.no_such_person", "60121: 找不到该用户", "SELECT id FROM punches WHERE person = 'visitor-77'");
            Change("dead", "reason.outside_scope", "33012: user is not in the visible scope", $"SELECT id FROM punches WHERE at >= {today} AND terminal = 'shop-1' ORDER BY at LIMIT 2");
            Change("dead", "reason.too_old", null, "SELECT id FROM punches WHERE terminal = 'gate-2' AND clock = 'synced' ORDER BY at LIMIT 1");
            Change("ambiguous", "reason.timed_out", null, $"SELECT id FROM punches WHERE at >= {today} AND terminal = 'gate-2' AND clock = 'synced' ORDER BY at LIMIT 3");
            Change("waiting", "reason.throttled", "90018", $"SELECT id FROM punches WHERE at >= {today} AND terminal = 'office-3f' ORDER BY at DESC LIMIT 4");
            Change("deferred", "reason.waits_budget", null, $"SELECT id FROM punches WHERE at >= {today} AND terminal = 'workshop' ORDER BY at DESC LIMIT 6");
            Change("skipped", "reason.policy_first_last", null, $"SELECT id FROM punches WHERE at < {today} AND terminal = 'office-2f' ORDER BY at DESC LIMIT 9");
            return 0;
        });
        PunchPage dead = await Bench.Punches.ListAsync(SiteScope.All, new() { State = DeliveryState.Dead }, null, 10);
        Dead = dead.Items.First(p => p.Name is not null);
    }

    // What HR has put right, and what waits for a second person.
    private async Task CorrectAsync()
    {
        ICorrectionStore corrections = Bench.Get<ICorrectionStore>();
        List<StoredPunch> some = [.. (await Bench.Punches.ListAsync(SiteScope.All, new() { From = At("2026-11-24 00:00"), To = At("2026-11-25 23:00"), State = DeliveryState.Delivered }, null, 40)).Items.DistinctBy(p => p.Punch.Person).Take(4)];
        NewCorrection About(StoredPunch punch, CorrectionKind kind, string code, string reason, string? to = null) => new()
        {
            Kind = kind, PunchId = punch.Id, Person = punch.Punch.Person, ToPerson = to, At = punch.Punch.At, Day = "2026-11-25", ReasonCode = code, Reason = reason, Author = "wang.li", Request = Guid.NewGuid().ToString(),
        };
        long second = await RecordAsync(About(some[0], CorrectionKind.Void, "double", "同一人连续打卡两次 The terminal took one coming twice."), apply: true);
        await RecordAsync(About(some[1], CorrectionKind.Reassign, "wrong_person", "The card was borrowed.", some[0].Punch.Person == "u1010" ? "u1011" : "u1010"), apply: true);
        await RecordAsync(About(some[2], CorrectionKind.Void, "test", "A test by the technician."), apply: false);
        await RecordAsync(new()
        {
            Kind = CorrectionKind.Add, Person = "u1012", At = At("2026-11-25 18:04"), Day = "2026-11-25", ReasonCode = "forgot", Reason = "忘记打卡，主管确认", Author = "wang.li", Request = Guid.NewGuid().ToString(),
        }, apply: true);
        second.ShouldBe(1, "the page of a correction is looked at under this number");
        await Bench.Get<IMonthStore>().SetAsync("2026-10", closed: true, "hr", "Payroll of October is paid.");
        await Bench.Get<IExportStore>().AddAsync(new("hr", "month", "xlsx", "month=2026-10", new Devices.Bridge.Exports.ExportLayout().ToJson()), 5);
        IPrivacyStore privacy = Bench.Get<IPrivacyStore>();
        foreach (string person in (string[])["u1000", "u1001", "u1002"]) await privacy.AddConsentAsync(person, "2026-1", "paper", At("2026-09-01 10:00"), "hr");
        await privacy.WithdrawConsentAsync("u1001", "hr");
        await Bench.Get<IPeopleSites>().AssignAsync(SiteScope.All, "u1000", "松江工厂 Songjiang works", true, "hr");

        async Task<long> RecordAsync(NewCorrection correction, bool apply)
        {
            CorrectionResult result = await corrections.RecordAsync(SiteScope.All, correction, apply, 60_000);
            result.Done.ShouldBeTrue(result.Outcome.ToString());
            return result.Correction!.Id;
        }
    }

    private async Task ReportAsync()
    {
        IExceptionStore exceptions = Bench.Get<IExceptionStore>();
        Guid ledger = Guid.CreateVersion7();
        await exceptions.RaiseAsync(new("ingest", ProblemCodes.Gap, "Punch 871 came where 866 was expected: send again from 866.") { Terminal = "gate-2", Ledger = ledger, Seq = 871 });
        await exceptions.RaiseAsync(new("ingest", ProblemCodes.Fork, "Punch 40 is stored with other contents: this ledger was copied or restored.") { Terminal = "shop-2", Ledger = ledger, Seq = 40 });
        await exceptions.RaiseAsync(new("roster", "reason.renamed", "li.na → lina02"));
        await exceptions.RaiseAsync(new("delivery", "reason.reconcile_differences", "2026-11-25: 1 missing, 2 doubled"));
        await exceptions.RaiseAsync(new("operations", "no-punches", "No punch was accepted for 2 working hours, since 2026-11-25 14:00: look at the terminals and at their way to the bridge."));
        for (int i = 0; i < 3; i++) await exceptions.RaiseAsync(new("ingest", "clock-back", $"Punch {310 + i} lies 4 minutes before the one before it.") { Terminal = "office-1f", Seq = 310 + i, Cause = $"clock-back {i}" });
        await exceptions.RaiseAsync(new("ingest", ProblemCodes.Oversized, "A message of 300,000 bytes was refused; 262,144 are taken.") { Terminal = "office-1f" });
        ExceptionRow closed = (await exceptions.ExceptionsAsync(SiteScope.All, false, 50)).First(e => e.Code == ProblemCodes.Oversized);
        await exceptions.ResolveAsync(SiteScope.All, closed.Id, "hr");
        ITerminalStore terminals = Bench.Get<ITerminalStore>();
        foreach (var (kind, at, text) in ((string, string, string)[])
            [
                ("door", "08:12:40", "The door stood open for 64 s."), ("face-unknown", "08:31:02", "A face that nobody here has (best score 0.31, needed 0.43)."),
                ("liveness-off", "07:02:00", "Liveness is switched off: a photo can punch."), ("network", "08:44:19", "The network was away for 93 s."), ("view-opened", "08:50:00", "Somebody opened the view of the camera."),
            ])
            await terminals.SaveEventAsync("gate-1", new() { Id = Guid.CreateVersion7().ToString(), Kind = kind, At = At($"{Today} {at}"), Text = text });
        await CorrectAsync();
        IDeliveryLog log = Bench.Get<IDeliveryLog>();
        await log.AddAsync(new(0, "webhook", Dead.Id, "punch_gate-1_019ac1f2700070008000000000000001_14", At($"{Today} 08:52:12"), 240, true, "204", null, null));
        await log.AddAsync(new(0, "webhook", Dead.Id, "punch_gate-1_019ac1f2700070008000000000000001_15", At($"{Today} 09:01:12"), 20_003, false, "503", "reason.webhook_failed", "<html><title>503 Service Temporarily Unavailable</title>"));
        IWallStore walls = Bench.Get<IWallStore>();
        await walls.AddAsync(WallLinks.Hash(WallNumbers)!, "总部大厅 Lobby", null, names: false, "hr");
        await walls.AddAsync(WallLinks.Hash(WallNames)!, "松江工厂", "松江工厂 Songjiang works", names: true, "hr");
        await Bench.Get<SqlDatabase>().WriteAsync(session => session.Execute(
            """
            INSERT INTO site_records (site, revision, slot, kind, terminal, person, record, received_at)
            VALUES ('总部 Headquarters', 1, 'person|u1000', 'person', 'gate-1', 'u1000', '{"kind":"person","terminal":"gate-1","person":"u1000","pack":"buffalo-s@2","body":"c2VhbGVk"}', @at)
            """, ("@at", At("2026-10-08 09:12"))));
        await LookForPhonesAsync();
        await Bench.Get<Devices.Bridge.Patrol.PatrolRound>().RunAsync(CancellationToken.None);
        IAuditStore audit = Bench.Get<IAuditStore>();
        for (int i = 0; i < 60; i++) await audit.AuditAsync(i % 3 == 0 ? "hr" : "operator-li", i % 2 == 0 ? "login" : "logout", null, null, "198.51.100.24");
        foreach (var (actor, action, target, detail) in ((string, string, string?, string?)[])
            [
                ("hr", "login", null, null), ("zhang.wei", "login.failed", null, null), ("hr", "csv.export", null, "/punches.csv?from=2026-11-01&to=2026-11-25"),
                ("hr", "outbox.resend", "811,812,813", "3 sent again"), ("bridge", "retention.run", null, "0 punches, 14 events"), ("command line", "password.one-time", "hr", null),
                ("hr", "photo.view", "gate-1/019ac1f2-7000-7000-8000-000000000001/14", null), ("hr", "exception.resolve", closed.Id.ToString(CultureInfo.InvariantCulture), null),
            ])
            await audit.AuditAsync(actor, action, target, detail, actor is "bridge" or "command line" ? null : "198.51.100.23");
    }

    // One person's phone came this morning and is still there; another's is registered and was never seen.
    private async Task LookForPhonesAsync()
    {
        IWifiStore wifi = Bench.Get<IWifiStore>();
        await wifi.AddRouterAsync("router-lobby", "总部 Headquarters", "hr");
        await wifi.SetPolicyAsync("总部 Headquarters", WifiPolicies.Evidence, accepted: false, "hr");
        await wifi.AddPhoneAsync(new("u1000", "aa:bb:cc:00:00:01", true, WifiPhone.EverySite, "2026-09", "paper", At("2026-10-01 09:00")), "hr");
        await wifi.AddPhoneAsync(new("u1005", "a8:bb:cc:00:00:02", false, "总部 Headquarters", "2026-09", "form", At("2026-10-02 09:00")), "hr");
        string key = AssociationRules.KeyOf((await Bench.Get<ISettingStore>().GetSettingAsync("wifi.salt"))!, "aa:bb:cc:00:00:01");
        Guid boot = new(7, 0, 0, new byte[8]);
        AssociationReport Report(long seq, string kind, long minutesAgo) => new() { Seq = seq, Phone = key, Kind = kind, Boot = boot, Up = (1000 - minutesAgo) * 60_000 };
        await wifi.TakeAsync(
            "router-lobby", new() { Spool = boot, Boot = boot, Up = 60_000_000, Reports = [Report(1, AssociationKinds.Associated, 40), Report(2, AssociationKinds.Present, 10)] }, _ => Today, 0);
    }
}
