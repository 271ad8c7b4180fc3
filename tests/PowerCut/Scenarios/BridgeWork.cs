using System.Globalization;
using Devices.Bridge;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Retention;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;
using Devices.PowerCut.Disk;

namespace Devices.PowerCut.Scenarios;

/// <summary>A bridge's store at work, as drawn.</summary>
internal sealed class BridgeWork(string file, DiskLog log, Random random, bool faulty)
{
    public static readonly ClockRules Rules = new() { ClockOldDays = 0, ClockBackMinutes = 1_440, ClockAheadMinutes = 1_440 };
    private static readonly DateTimeOffset Begin = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private readonly MovedTime _time = new(Begin);
    private readonly TestLedger[] _ledgers = [new("m2-001", Id(random)), new("m2-002", Id(random))];
    private readonly int[] _sent = [0, 0];
    private readonly List<(long Punch, DeliveryState Was)> _leased = [];
    private SqlDatabase? _database;
    private int _requests;

    /// <summary>After everything that was drawn.</summary>
    public static TimeProvider Later { get; } = new MovedTime(Begin.AddYears(60));

    private SqlPunchStore Punches => new(_database!, _time, Rules);

    private SqlOutboxStore Outbox => new(_database!, _time);

    public async Task RunAsync(int steps)
    {
        try
        {
            await OpenAsync();
            for (int n = 0; n < steps; n++)
            {
                _time.Now += TimeSpan.FromSeconds(random.Next(1, 3_000));
                await StepAsync();
            }

            if (!faulty) return;
            // The disk works again, and nothing was restarted.
            log.Faults = null;
            for (int which = 0; which < 2; which++)
            {
                int missing = _ledgers[which].Punches.Count - _sent[which];
                if (missing == 0) continue;
                Promise.Holds(await AskAsync(Batches("recovered", which), () => SendAsync(which, _sent[which] + 1, missing)), "the disk works again, and the store refuses");
            }
        }
        finally
        {
            if (_database is not null) await _database.DisposeAsync();
        }
    }

    private async Task StepAsync()
    {
        switch (random.Next(16))
        {
            case < 5:
                int one = random.Next(2), from = New(one);
                await AskAsync(Batches("batch", one), () => SendAsync(one, from, _ledgers[one].Punches.Count - from + 1));
                break;
            case 5 or 6:
                int first = New(0), second = New(1);
                // Two terminals at once: one commit or two.
                await AskAsync(Batches("two batches", 0, 1) with { Several = true }, () => Task.WhenAll(
                    SendAsync(0, first, _ledgers[0].Punches.Count - first + 1), SendAsync(1, second, _ledgers[1].Punches.Count - second + 1)));
                break;
            case 7:
                int again = random.Next(2);
                if (_sent[again] == 0) break;
                int back = random.Next(1, _sent[again] + 1);
                await AskAsync(Batches("batch again", again), () => SendAsync(again, back, _ledgers[again].Punches.Count - back + 1));
                break;
            case 8 or 9:
                await AskAsync(new("lease") { Touches = ["outbox/"] }, async () =>
                {
                    foreach (OutboxItem item in await Outbox.LeaseAsync(OutboxTarget.Platform, Now, random.Next(1, 8))) _leased.Add((item.PunchId, item.Was));
                });
                break;
            case 10 or 11 or 12:
                for (int n = random.Next(1, 4); n > 0 && _leased.Count > 0; n--) await SettleAsync();
                break;
            case 13:
                await CorrectAsync();
                break;
            case 14 when random.Next(3) == 0:
                _time.Now = _time.Now.AddDays(400);
                await AskAsync(new("retention", Several: true) { Touches = ["punch/", "removed/", "outbox/", "audit/", "effect/"] }, () => new RetentionJob(_database!, new() { PunchYears = 1 }, _time).RunAsync());
                break;
            case 15 when random.Next(2) == 0:
                await _database!.DisposeAsync();
                _database = null;
                _leased.Clear();
                await OpenAsync();
                await AskAsync(new("recover") { Touches = ["outbox/"] }, () => Outbox.RecoverAsync(OutboxTarget.Platform, asks: true));
                break;
        }
    }

    private async Task SettleAsync()
    {
        (long punch, _) = _leased[0];
        _leased.RemoveAt(0);
        OutboxChange change = random.Next(5) switch
        {
            0 => new(DeliveryState.Waiting) { Attempts = 1, NextAttemptAt = Now + 60_000, ReasonCode = "throttled" },
            1 => new(DeliveryState.Dead) { Attempts = 3, ReasonCode = "permanent", Reason = "No such person." },
            2 => new(DeliveryState.Ambiguous) { Attempts = 1, SentAt = Now, NextAttemptAt = Now + 60_000 },
            _ => new(DeliveryState.Delivered) { Attempts = 1, SentAt = Now, DeliveredAt = Now },
        };
        await AskAsync(new("outcome") { Touches = ["outbox/"] }, () => Outbox.MarkAsync(OutboxTarget.Platform, punch, change));
    }

    private async Task CorrectAsync()
    {
        IReadOnlyList<StoredPunch> all = [];
        try
        {
            all = await Punches.ListAfterAsync(SiteScope.All, 0, 1_000);
        }
        catch (StoreUnavailableException) when (faulty)
        {
            return;
        }

        string request = "r-" + (++_requests).ToString(CultureInfo.InvariantCulture);
        StoredPunch? punch = all.Count > 0 && random.Next(2) == 0 ? all[random.Next(all.Count)] : null;
        NewCorrection correction = new()
        {
            Kind = punch is null ? CorrectionKind.Add : CorrectionKind.Void, PunchId = punch?.Id, Person = punch?.Punch.Person ?? $"u-{random.Next(5)}",
            At = punch?.Punch.At ?? Now, Day = _time.Now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), ReasonCode = "forgotten", Reason = "Said so.", Author = "hr", Request = request,
        };
        await AskAsync(new("correction") { Touches = ["correction/", "decision/", "effect/", "punch/", "ledger/", "outbox/", "seen/", "audit/"] },
            () => new SqlCorrectionStore(_database!, _time).RecordAsync(SiteScope.All, correction, apply: true, repeatMs: 60_000));
    }

    private async Task OpenAsync()
    {
        for (int attempt = 0; attempt < 200; attempt++)
        {
            log.Note(new RecordAsked("open", Several: true));
            try
            {
                _database = SqliteDatabase.Open(file);
                log.Note(new RecordStands(await BridgeRecords.ReadAsync(_database)));
                return;
            }
            catch (Exception refused) when (faulty && refused is BridgeStartException or StoreUnavailableException)
            {
                Promise.Holds(!refused.Message.Contains("damaged", StringComparison.Ordinal) && !refused.Message.Contains("not a SQLite", StringComparison.Ordinal), $"a disk that fails for a while was taken for damage: {refused.Message}");
                log.Note(new RecordRefused("open"));
                if (_database is not null) await _database.DisposeAsync();
                _database = null;
            }
        }

        throw new BrokenPromiseException("the store did not open though the disk works again");
    }

    private RecordAsked Batches(string what, params int[] which) => new(what)
    {
        Touches = ["punch/", "ledger/", "outbox/", "seen/"],
        Detail = which.Select(one => (_ledgers[one], _ledgers[one].Punches.Count)).ToArray(),
    };

    private int New(int which)
    {
        int from = _sent[which] + 1;
        // What was refused before goes first, as a terminal does it.
        for (int n = random.Next(1, 9); n > 0; n--) _ledgers[which].Add($"u-{random.Next(5)}", Now + _ledgers[which].Punches.Count);
        return from;
    }

    private async Task SendAsync(int which, int from, int count)
    {
        IngestResult result = await Punches.AppendAsync(_ledgers[which].Batch(from, count));
        Promise.Holds(result.Problem is null && result.Mark.Through >= from + count - 1 && result.Added + result.Repeated == count, $"punches {from} to {from + count - 1} of {_ledgers[which].Terminal} were answered {Promise.Short(result)} {result.Problem?.Text}");
        _sent[which] = Math.Max(_sent[which], (int)result.Mark.Through);
    }

    private async Task<bool> AskAsync(RecordAsked asked, Func<Task> work)
    {
        log.Note(asked);
        try
        {
            await work();
            log.Note(new RecordStands(await BridgeRecords.ReadAsync(_database!)));
            return true;
        }
        catch (StoreUnavailableException refused) when (faulty)
        {
            Promise.Holds(refused.Message.Length > 20, "a refusal has no sentence");
            log.Note(new RecordRefused(asked.What));
            return false;
        }
    }

    private long Now => _time.Now.ToUnixTimeMilliseconds();

    private static Guid Id(Random random)
    {
        byte[] bytes = new byte[16];
        random.NextBytes(bytes);
        return new(bytes);
    }

    private sealed class MovedTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
