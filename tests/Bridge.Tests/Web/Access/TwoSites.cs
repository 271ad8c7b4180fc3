using System.Net;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Web.Access;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Web.Access;

/// <summary>A bridge with two sites whose people, terminals and punches carry words that stand nowhere else, and accounts of every kind.</summary>
internal sealed class TwoSites : IAsyncDisposable
{
    /// <summary>Stands in every name, id and text of site B.</summary>
    public const string MarkerB = "bravissimo";
    public const string MarkerA = "alabaster";
    public const string SiteA = "North";
    public const string SiteB = "Bravissimo Works";
    public const string TerminalA = "t-alabaster";
    public const string TerminalB = "t-bravissimo";
    public const string PersonA = "u-alabaster";
    public const string PersonB = "u-bravissimo";

    private TwoSites(HrSite hr) => Hr = hr;

    public HrSite Hr { get; }
    public Bench Bench => Hr.Bench;
    public Punch PunchA { get; private set; } = null!;
    public Punch PunchB { get; private set; } = null!;
    public long IdB { get; private set; }
    public long ExceptionB { get; private set; }

    /// <summary>A registered phone of site B's person.</summary>
    public long PhoneB { get; private set; }

    public static async Task<TwoSites> StartAsync(params IReadOnlyList<string> settings)
    {
        TwoSites sites = new(await HrSite.StartAsync(["--Bridge:Web:LoginsPerMinute=10000", .. settings]));
        await sites.FillAsync();
        return sites;
    }

    public async Task AddAsync(string name, IReadOnlyList<string> roles, SiteScope scope)
    {
        (await Bench.Get<IAccountStore>().AddAccountAsync(new(name, "none", roles, scope))).ShouldBeTrue();
        // Hashed once: a hash is made to be slow, and dozens of accounts here have this password.
        (await Bench.Get<IAccountStore>().SetPasswordAsync(name, HrSite.Hashed, mustChange: false)).ShouldBeTrue();
    }

    public async Task<HrSite.Browser> LogInAsync(string name)
    {
        HrSite.Browser browser = Hr.Open();
        (await browser.SubmitAsync("/login", new() { ["user"] = name, ["password"] = HrSite.Password })).StatusCode.ShouldBe(HttpStatusCode.Found);
        return browser;
    }

    /// <summary>The page of a punch's photo.</summary>
    public string Address(string terminal, Punch punch) => FormattableString.Invariant($"/punches/{terminal}/{punch.Ledger}/{punch.Seq}/photo");

    public ValueTask DisposeAsync() => Hr.DisposeAsync();

    private async Task FillAsync()
    {
        SqlDatabase database = Bench.Get<SqlDatabase>();
        long now = DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeMilliseconds();
        foreach ((string terminal, string site, string person, string marker) in
            (List<(string, string, string, string)>)[(TerminalA, SiteA, PersonA, MarkerA), (TerminalB, SiteB, PersonB, MarkerB)])
        {
            await database.WriteAsync(session => session.Execute(
                "INSERT INTO terminals (name, site, created_at) VALUES (@name, @site, 0)", ("@name", terminal), ("@site", site)));
            LedgerMaker ledger = new(terminal);
            string photo = string.Concat(Enumerable.Repeat(marker == MarkerB ? "b" : "a", 64));
            Punch good = ledger.Next(person, now), held = ledger.Next(person, now + 1000, ClockQuality.Held);
            Punch stranger = ledger.Next($"u-stranger-{marker}", now + 2000);
            await Bench.AppendAsync(ledger, good, held, stranger);
            await Bench.Get<IExceptionStore>().RaiseAsync(new("ingest", "gap", $"Gap at {marker}.") { Terminal = terminal });
            await Bench.Get<IExceptionStore>().RaiseAsync(new("roster", "reason.left", $"Person {marker} left.") { Terminal = terminal });
            await Bench.Get<ITerminalStore>().SaveEventAsync(terminal, new EventMessage { Id = "e1", Kind = "door", At = now, Text = $"Door of {marker}" });
            if (marker == MarkerB) PunchB = good;
            else PunchA = good;
            await database.WriteAsync(session => session.Execute(
                "INSERT INTO photos (terminal, ledger, seq, sha256, person, at, bytes, received_at) VALUES (@t, @l, 1, @s, @p, @a, 3, @a)",
                ("@t", terminal), ("@l", good.Ledger.ToString("D")), ("@s", photo), ("@p", person), ("@a", now)));
        }

        await Bench.Get<IPeopleStore>().ReconcileAsync(
            [new(1, null, "Company"), new(2, 1, $"Department {MarkerA}"), new(3, 1, $"Department {MarkerB}")],
            [new(PersonA, $"Ann {MarkerA}", "J-1", true, [2]), new(PersonB, $"Bob {MarkerB}", $"J-{MarkerB}", true, [3])]);
        IWifiStore wifi = Bench.Get<IWifiStore>();
        foreach ((string site, string person, string marker) in (List<(string, string, string)>)[(SiteA, PersonA, MarkerA), (SiteB, PersonB, MarkerB)])
        {
            string address = marker == MarkerB ? "aa:bb:cc:dd:bb:bb" : "aa:bb:cc:dd:aa:aa";
            await wifi.AddRouterAsync($"gw-{marker}", site, "hr");
            await wifi.SetPolicyAsync(site, WifiPolicies.Evidence, accepted: false, $"hr-{marker}");
            (await wifi.AddPhoneAsync(new(person, address, false, site, $"wording-{marker}", "paper", now), "hr")).ShouldBe(PhoneVerdict.Added);
            string key = AssociationRules.KeyOf((await Bench.Get<ISettingStore>().GetSettingAsync("wifi.salt"))!, address);
            AssociationReport came = new() { Seq = 1, Phone = key, Kind = AssociationKinds.Associated, Boot = new Guid(1, 0, 0, new byte[8]), Up = 1 };
            (await wifi.TakeAsync($"gw-{marker}", new() { Spool = Guid.NewGuid(), Boot = came.Boot, Up = 1, Reports = [came] }, _ => "2026-11-26", 0))!.Stored.ShouldBe(1);
        }

        PhoneB = (await wifi.PhonesAsync(SiteScope.Of(SiteB), null, 10)).Single().Id;
        IdB = (await Bench.FindAsync(PunchB)).Id;
        ExceptionB = (await Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.Of(SiteB), false, 10)).First(e => e.Source == "ingest").Id;
    }
}
