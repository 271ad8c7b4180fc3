using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Corrections;

/// <summary>The same punches and the same corrections give the same list on both databases, in whichever order the terminals' punches came.</summary>
public sealed class EffectiveOrderTests
{
    private static readonly string[] People = ["ada", "bob", "eve", "joe"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_list_does_not_depend_on_the_order_of_arrival_nor_on_the_database(int seed)
    {
        List<string> lists = [];
        foreach ((StoreKind kind, int order) in new[] { (StoreKind.Sqlite, 1), (StoreKind.Sqlite, 2), (StoreKind.Postgres, 3), (StoreKind.Postgres, 4) }) lists.Add(await RunAsync(kind, seed, order));

        lists.Distinct().Count().ShouldBe(1, string.Join("\n--\n", lists));
        lists[0].ShouldContain("Void");
        lists[0].ShouldContain("Reassigned");
        lists[0].ShouldContain("Added");
    }

    private static async Task<string> RunAsync(StoreKind kind, int seed, int order)
    {
        await using CorrectionBench bench = new(kind);
        Random random = new(seed), arrival = new(order);
        TestLedger[] ledgers = [await bench.TerminalAsync("a"), await bench.TerminalAsync("b", "north"), await bench.TerminalAsync("c", "north")];
        // Five minutes apart, so that no two are near each other.
        for (int i = 0; i < 40; i++) ledgers[random.Next(3)].Add(People[random.Next(4)], CorrectionBench.At(6) + (i * 300_000L), PunchMethod.Card);
        Punch[] all = [.. ledgers.SelectMany(l => l.Punches).OrderBy(p => p.At)];
        List<(CorrectionKind Kind, int Punch, string To, bool Apply)> corrections = [.. Enumerable.Range(0, 30).Select(_ =>
            ((CorrectionKind)random.Next(4), random.Next(all.Length), People[random.Next(4)], random.Next(4) > 0))];

        // Each terminal's punches in its order, the terminals mixed; what the corrections need has come by then.
        int[] next = [0, 0, 0];
        while (next.Zip(ledgers).Any(n => n.First < n.Second.Punches.Count))
        {
            int which = arrival.Next(3), count = Math.Min(1 + arrival.Next(4), ledgers[which].Punches.Count - next[which]);
            if (count == 0) continue;
            (await bench.Store.Punches.AppendAsync(ledgers[which].Batch(next[which] + 1, count))).Problem.ShouldBeNull();
            next[which] += count;
        }

        List<CorrectionOutcome> outcomes = [];
        foreach (var (what, index, to, apply) in corrections)
        {
            Punch punch = all[index];
            if (what == CorrectionKind.Reassign && to == punch.Person) continue;
            NewCorrection correction = what == CorrectionKind.Add
                ? bench.New(what, person: to, at: punch.At + 150_000, site: index % 2 == 0 ? "" : "north")
                : bench.New(what, await bench.ByKeyAsync(punch), to: what == CorrectionKind.Reassign ? to : null);
            CorrectionResult result = apply ? await bench.ApplyAsync(correction) : await bench.ProposeAsync(correction);
            outcomes.Add(result.Outcome);
            if (result.Outcome == CorrectionOutcome.Proposed && index % 3 != 0)
                outcomes.Add((await bench.DecideAsync(result.Correction!.Id, index % 3 == 1 ? CorrectionState.Approved : CorrectionState.Rejected)).Outcome);
        }

        (await bench.Corrections.RebuildAsync()).ShouldBe(0);
        List<string> lines = [string.Join(' ', outcomes)];
        foreach (string person in People)
            foreach (StoredPunch one in await bench.Effective.OfPersonAsync(SiteScope.All, person, 0, long.MaxValue))
                lines.Add($"{person} {one.Punch.At} {one.Punch.Terminal} {one.Standing.Origin} {one.Standing.OriginCorrection} {one.Standing.Struck} {one.Standing.StruckCorrection} {one.Standing.Proposal}");
        return string.Join('\n', lines);
    }
}
