using Devices.Bridge.Delivery.Reconciliation;
using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Delivery.Faults;

/// <summary>Random histories of punches, faults, waits and restarts of the bridge, the same for a seed.</summary>
public sealed class HistoryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "duplicates=second-row")]
    [InlineData(2, "duplicates=silent-drop")]
    [InlineData(3, "time_precision=second")]
    public async Task However_it_goes_the_platforms_records_equal_ours(int seed, string variant)
    {
        Random dice = new(seed);
        ShiftedClock clock = new("2026-09-16 12:00");
        await using Bench bench = await Bench.StartAtAsync(clock, "--Bridge:Platform:TimeoutSeconds=0.5");
        await bench.Platform.SetAsync(variant);
        LedgerMaker[] ledgers = [new("m2-001"), new("m2-002")];
        List<Punch> punches = [];
        long at = ShiftedClock.At("2026-09-15 08:00");
        for (int step = 0; step < 24; step++)
        {
            switch (dice.Next(10))
            {
                case < 5:
                    int which = dice.Next(2);
                    List<Punch> some = [.. Enumerable.Range(0, dice.Next(1, 4)).Select(_ => ledgers[which].Next(((string[])["ada", "grace", "alan"])[dice.Next(3)], at += dice.Next(5_000, 400_000)))];
                    await bench.AppendAsync(ledgers[which], some);
                    punches.AddRange(some);
                    break;
                case < 8:
                    await bench.Platform.FaultAsync(Fault(dice));
                    break;
                case 8:
                    await bench.CloseAsync();
                    await bench.OpenAsync();
                    break;
                default:
                    clock.Advance(TimeSpan.FromSeconds(dice.Next(1, 600)));
                    break;
            }

            await Task.Delay(dice.Next(60), Stop);
        }

        await bench.Platform.ClearFaultsAsync();
        await Same.DrainAsync(bench, clock, punches, $"seed {seed}");

        await Same.AsOursAsync(bench, punches, $"seed {seed}");
        clock.Advance(TimeSpan.FromHours(1));
        ReconcileRun run = (await bench.Get<ReconcileService>().LookAsync(now: true, Stop))!;
        (run.State, run.Counts.Different, run.Counts.Same, run.Counts.Others).ShouldBe(("done", false, punches.Count, 0));
    }

    private static object Fault(Random dice)
    {
        string api = dice.Next(4) == 0 ? PlayedPlatform.RecordList : PlayedPlatform.Upload;
        int count = dice.Next(1, 3);
        return dice.Next(8) switch
        {
            0 => new { kind = "close-after-recording", api, count },
            1 => new { kind = "close-before-recording", api, count },
            2 => new { kind = "http-error", status = 502, after_recording = true, api, count },
            3 => new { kind = "http-error", status = 503, api, count },
            4 => new { kind = "delay", delay_ms = 800, after_recording = dice.Next(2) == 0, api, count = 1 },
            5 => new { kind = "expired-token", api, count },
            6 => new { kind = "throttle", api, count },
            _ => new { kind = "errcode", errcode = -1, wrapped = dice.Next(2) == 0, api, count },
        };
    }
}
