using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Corrections;

/// <summary>A store with terminals, for corrections.</summary>
internal sealed class CorrectionBench : IAsyncDisposable
{
    public const long Repeat = 60_000;

    private int _requests;

    public CorrectionBench(StoreKind kind)
    {
        Store = new(kind);
        Corrections = new(Store.Database, Store.Time);
        Effective = new(Store.Database);
        Months = new(Store.Database, Store.Time);
    }

    public StoreFixture Store { get; }
    public SqlCorrectionStore Corrections { get; }
    public SqlEffectivePunches Effective { get; }
    public SqlMonthStore Months { get; }

    /// <summary>2026-03-02, at the site.</summary>
    public static long At(int hour, int minute = 0, int second = 0, int day = 2) =>
        new DateTimeOffset(2026, 3, day, hour, minute, second, TimeSpan.FromHours(8)).ToUnixTimeMilliseconds();

    public async Task<TestLedger> TerminalAsync(string name, string? site = null)
    {
        await Store.AddTerminalAsync(name);
        if (site is not null) await Store.Database.WriteAsync(session => session.Execute("UPDATE terminals SET site = @site WHERE name = @name", ("@site", site), ("@name", name)));
        return new(name);
    }

    public async Task<StoredPunch> PunchAsync(TestLedger ledger, string person, long at, ClockQuality clock = ClockQuality.Synced)
    {
        Punch punch = ledger.Add(person, at, PunchMethod.Card, clock);
        (await Store.Punches.AppendAsync(ledger.Batch(ledger.Punches.Count, 1))).Problem.ShouldBeNull();
        return (await ByKeyAsync(punch)).ShouldNotBeNull();
    }

    public async Task<StoredPunch?> ByKeyAsync(Punch punch) => (await Effective.OfPersonAsync(SiteScope.All, punch.Person, punch.At, punch.At + 1)).SingleOrDefault(p => p.Punch == punch);

    public async Task<StoredPunch> AgainAsync(StoredPunch punch) => (await Effective.FindAsync(SiteScope.All, punch.Id)).ShouldNotBeNull();

    public NewCorrection New(CorrectionKind kind, StoredPunch? punch = null, string? person = null, long? at = null, string? to = null, string author = "lin", long? seen = null, string site = "") => new()
    {
        Kind = kind, PunchId = punch?.Id, Person = person ?? punch!.Punch.Person, ToPerson = to, At = at ?? punch!.Punch.At,
        Day = DateTimeOffset.FromUnixTimeMilliseconds(at ?? punch!.Punch.At).ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd", null),
        ReasonCode = "forgot", Reason = "The door stood open.", Author = author, Request = $"r-{_requests++}", Seen = seen, Site = site,
    };

    public Task<CorrectionResult> ApplyAsync(NewCorrection correction, SiteScope? scope = null) => Corrections.RecordAsync(scope ?? SiteScope.All, correction, apply: true, Repeat);

    public Task<CorrectionResult> ProposeAsync(NewCorrection correction, SiteScope? scope = null) => Corrections.RecordAsync(scope ?? SiteScope.All, correction, apply: false, Repeat);

    public Task<CorrectionResult> DecideAsync(long id, CorrectionState verdict, string by = "wang") => Corrections.DecideAsync(SiteScope.All, id, verdict, by, null, Repeat);

    /// <summary>What counts for a person, as times of the day's minutes.</summary>
    public async Task<long[]> CountingAsync(string person) =>
        [.. (await Effective.OfPersonAsync(SiteScope.All, person, 0, long.MaxValue)).Where(p => p.Standing.Counts).Select(p => p.Punch.At)];

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
