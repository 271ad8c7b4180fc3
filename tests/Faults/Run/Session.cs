using System.Diagnostics;
using System.Globalization;
using Devices.Faults.Check;
using Devices.Faults.Faults;
using Devices.Faults.Net;
using Devices.Faults.Plan;
using Devices.Faults.World;
using Devices.Up;

namespace Devices.Faults.Run;

/// <summary>One installation from its set-up to its last check: people punch at every terminal while faults come over it.</summary>
internal sealed class Session(FaultsOptions options, FaultPlan plan, Layout layout, Tally tally, Action<string> say, Func<bool> enough)
{
    private static readonly string[] Settled = ["delivered", "dead", "held", "skipped"];
    private readonly List<LedgerCopy> _ledgers = [];
    private readonly List<ForkSeen> _forks = [];
    private readonly List<Press> _elsewhere = [];
    private readonly List<Violation> _heard = [];
    private readonly HashSet<string> _unrecorded = [];
    private readonly List<string> _done = [];
    private readonly Lock _gate = new();
    private Village _village = null!;
    private long _slack;

    /// <summary>Runs it; every difference that its checks found.</summary>
    public async Task<IReadOnlyList<Violation>> Run(bool isolated, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        bool fakeTime = FakeClock.Library is not null && plan.Rounds.SelectMany(r => r.Lanes).SelectMany(l => l).Any(s => s.Kind.Needs.HasFlag(Needs.FakeTime));
        _village = await Village.Build(new(layout, plan.Seed, isolated, fakeTime), options.Terminals, options.People, options.Postgres, stop).ConfigureAwait(false);
        await using (_village.ConfigureAwait(false))
        {
            try
            {
                IReadOnlyList<Violation> wrong = await Play(began, stop).ConfigureAwait(false);
                if (wrong.Count > 0) await Keep(wrong).ConfigureAwait(false);
                return wrong;
            }
            catch (UpFault)
            {
                await Keep([]).ConfigureAwait(false);
                throw;
            }
        }
    }

    private async Task<IReadOnlyList<Violation>> Play(long began, CancellationToken stop)
    {
        say($"session {plan.Seed}: {options.Terminals} terminals stand after {Seconds(began)} s; {plan.Count} faults follow");
        Presser[] pressers = [.. _village.Seats.Select(s => new Presser(_village, s, _village.People[s.Index], plan.Seed * 31 + s.Index) { Slack = () => Volatile.Read(ref _slack) })];
        History? history = null;
        int done = 0;
        foreach ((int n, FaultRound round) in plan.Rounds.Index())
        {
            long from = Stopwatch.GetTimestamp();
            await Round(round, pressers, stop).ConfigureAwait(false);
            // Over time: this round is the last, and everything must settle by itself.
            bool last = n == plan.Rounds.Count - 1 || enough();
            double faulting = Stopwatch.GetElapsedTime(from).TotalSeconds;
            history = await Settle(mayNudge: !last, stop).ConfigureAwait(false);
            IReadOnlyList<Violation> wrong = [.. _heard, .. Checker.Check(history)];
            if (wrong.Count == 0 && round.Board is { } board)
            {
                await Board(board, pressers[board.Terminal], stop).ConfigureAwait(false);
                history = await Settle(mayNudge: !last, stop).ConfigureAwait(false);
                wrong = [.. _heard, .. Checker.Check(history)];
            }
            done += round.Count;
            tally.Checked();
            if (wrong.Count > 0)
            {
                tally.Broke(wrong, [.. round.Lanes.SelectMany(l => l).Select(s => s.Kind), .. round.Board is { } one ? [one.Kind] : Array.Empty<FaultKind>()]);
                tally.Close(Words(history, began), history);
                return wrong;
            }
            say(string.Create(CultureInfo.InvariantCulture, $"session {plan.Seed}: {done}/{plan.Count} faults, {history.Presses.Count} entries, {history.Store.Count} punches in all places; this round {round.Count} faults in {faulting:0} s, all settled and compared after {Stopwatch.GetElapsedTime(from).TotalSeconds:0} s"));
            if (last) break;
        }
        if (history is not null)
        {
            // The pages themselves at the end, row by row; the checks between read the feed behind them.
            history = history with { Shown = [.. (await _village.Hr.Rows(stop).ConfigureAwait(false)).Select(r => new ShownRow(r.Punch, r.Person, r.At, r.State))] };
            IReadOnlyList<Violation> wrong = Checker.Check(history);
            if (wrong.Count > 0) tally.Broke(wrong, []);
            tally.Close(Words(history, began), history);
            return wrong;
        }
        return [];
    }

    /// <summary>Logs, state directories and what was compared, out of the small disks that go with this run.</summary>
    private async Task Keep(IReadOnlyList<Violation> wrong)
    {
        string kept = layout.Data + ".kept";
        if (Directory.Exists(kept)) Directory.Delete(kept, recursive: true);
        await Shell.Run($"cp -a '{layout.Data}' '{kept}' 2>/dev/null || true", CancellationToken.None).ConfigureAwait(false);
        List<string> lines = [.. wrong.Select(w => $"{w.Wrong}: {w.Sentence}"), "", "What people were told:"];
        foreach (Seat seat in _village.Seats)
            lines.AddRange(seat.Desk.Read(seat.Terminal).Presses.Select(p => $"{p.Terminal} {p.Person} {p.Method} {Checker.Time(p.From)} to {Checker.Time(p.To)} slack {p.Slack}: {p.Told} {p.ToldName} {p.ToldTime}"));
        lines.AddRange(["", "What was done:", .. _done]);
        await File.WriteAllLinesAsync(Path.Combine(kept, "differences.txt"), lines, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task Round(FaultRound round, Presser[] pressers, CancellationToken stop)
    {
        bool clock = round.Lanes.SelectMany(l => l).Any(s => s.Kind.Name == "bridge-clock");
        Volatile.Write(ref _slack, clock ? (BridgeFaults.ClockSeconds + 2) * 1000 : 0);
        using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task people = Task.WhenAll(pressers.Select(p => Task.Run(() => p.Run(1.4, enough.Token), CancellationToken.None)));
        await Task.WhenAll(round.Lanes.Where(l => l.Count > 0).Select(l => Task.Run(() => RunLane(l, stop), CancellationToken.None))).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        await people.ConfigureAwait(false);
        await _village.Heal(stop).ConfigureAwait(false);
        if (!clock) return;
        // Terminals keep the bridge's last word about the time until its next: they hear it anew.
        foreach (Seat seat in _village.Seats)
        {
            await seat.Agent.Kill().ConfigureAwait(false);
            await seat.StartAgent(stop).ConfigureAwait(false);
        }
    }

    private async Task RunLane(IReadOnlyList<FaultStep> steps, CancellationToken stop)
    {
        foreach (FaultStep step in steps)
        {
            await Task.Delay(step.PauseMs, stop).ConfigureAwait(false);
            long before = Told(step.Terminal);
            DateTime from = DateTime.UtcNow;
            switch (step.Kind.Lane)
            {
                case Lane.Bridge:
                    await BridgeFaults.Do(_village, step, stop).ConfigureAwait(false);
                    break;
                case Lane.Platform:
                    await PlatformFaults.Do(_village, step, p => { lock (_gate) _unrecorded.Add(p.Id); }, stop).ConfigureAwait(false);
                    break;
                default:
                    await TerminalFaults.Do(_village.Seats[step.Terminal], step, stop).ConfigureAwait(false);
                    break;
            }
            tally.Done(step.Kind, Told(step.Terminal) - before);
            lock (_gate) _done.Add(string.Create(CultureInfo.InvariantCulture, $"{from:HH:mm:ss.fff} to {DateTime.UtcNow:HH:mm:ss.fff} {step}"));
        }
    }

    private async Task Board(FaultStep step, Presser presser, CancellationToken stop)
    {
        Volatile.Write(ref _slack, 0);
        Seat seat = _village.Seats[step.Terminal];
        long before = seat.Desk.Answered;
        BoardFaults.Left left = await BoardFaults.Do(_village, seat, presser, step, stop).ConfigureAwait(false);
        _ledgers.AddRange(left.Ledgers);
        _forks.Add(left.Fork);
        _elsewhere.AddRange(left.Presses);
        _heard.AddRange(left.Wrong);
        tally.Done(step.Kind, seat.Desk.Answered - before + left.Presses.Count(p => p.Told != Check.Told.Nothing));
    }

    private long Told(int terminal) => terminal >= 0 ? _village.Seats[terminal].Desk.Answered : _village.Seats.Sum(s => (long)s.Desk.Answered);

    /// <summary>Waits until nothing is on its way any more, then reads every place.</summary>
    private async Task<History> Settle(bool mayNudge, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        TimeSpan limit = TimeSpan.FromSeconds(120), nudge = TimeSpan.FromSeconds(8);
        string waits = "";
        while (Stopwatch.GetElapsedTime(began) < limit)
        {
            (waits, Seat? seat) = await Waits(stop).ConfigureAwait(false);
            if (waits.Length == 0) return await Read(stop).ConfigureAwait(false);
            if (mayNudge && seat is not null && Stopwatch.GetElapsedTime(began) > nudge)
            {
                // A pause of half a minute (a full disk, a link that came back late) is waited for at a session's end; here a power cut ends it.
                nudge += TimeSpan.FromSeconds(8);
                await seat.Mcu!.Kill().ConfigureAwait(false);
                await seat.Agent.Kill().ConfigureAwait(false);
                await seat.StartAgent(stop).ConfigureAwait(false);
                await seat.StartMcu(stop).ConfigureAwait(false);
            }
            await Task.Delay(250, stop).ConfigureAwait(false);
        }
        say($"session {plan.Seed}: not settled after {limit.TotalSeconds:0} s: {waits}");
        return await Read(stop).ConfigureAwait(false);
    }

    private async Task<(string Words, Seat? Seat)> Waits(CancellationToken stop)
    {
        foreach (Seat seat in _village.Seats)
            if (await seat.Waits(stop).ConfigureAwait(false) is { } words) return ($"{seat.Terminal}: {words}", seat);
        try
        {
            IReadOnlyList<ShownRow> shown = await Records.Shown(_village.Hr, stop).ConfigureAwait(false);
            if (shown.FirstOrDefault(r => !Settled.Contains(r.State)) is { } open) return ($"{open.Id} is {open.State}", null);
            // What the platform said yes to and has not is noticed by the bridge's own verification.
            HashSet<(string, long)> there = [.. (await _village.Platform.Records(stop).ConfigureAwait(false)).Select(r => (r.UserId, r.UserCheckTime))];
            if (shown.FirstOrDefault(r => r.State == "delivered" && !there.Contains((r.Person, r.At))) is { } missing) return ($"{missing.Id} is delivered and not there", null);
            return ("", null);
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is TaskCanceledException && !stop.IsCancellationRequested))
        {
            return ($"HR's page does not answer: {fault.Message}", null);
        }
    }

    private async Task<History> Read(CancellationToken stop)
    {
        List<Press> presses = [.. _elsewhere];
        List<Violation> wrong = [];
        List<LedgerCopy> ledgers = [.. _ledgers];
        foreach (Seat seat in _village.Seats)
        {
            (IReadOnlyList<Press> own, IReadOnlyList<Violation> heard) = seat.Desk.Read(seat.Terminal);
            presses.AddRange(own);
            wrong.AddRange(heard);
            ledgers.Add(Records.Ledger(seat.Ledger, seat.Terminal, $"of {seat.Terminal}"));
        }
        _heard.AddRange(wrong.Except(_heard));
        return new()
        {
            Presses = presses,
            Ledgers = ledgers,
            Store = await Records.Store(_village, stop).ConfigureAwait(false),
            Shown = await Records.Shown(_village.Hr, stop).ConfigureAwait(false),
            Platform = [.. (await _village.Platform.Records(stop).ConfigureAwait(false)).Select(r => new PlatformRow(r.UserId, r.UserCheckTime))],
            Exceptions = await Records.Exceptions(_village.Hr, stop).ConfigureAwait(false),
            Listed = await Records.Listed(_village.Hr, stop).ConfigureAwait(false),
            Unrecorded = _unrecorded,
            Forks = [.. _forks],
            RepeatWindow = Grounds.RepeatSeconds * 1000,
        };
    }

    private string Words(History history, long began) => string.Create(CultureInfo.InvariantCulture,
        $"seed {plan.Seed}, {(options.Postgres ? "PostgreSQL" : "SQLite")}, {options.Terminals} terminals: {_done.Count + _forks.Count} faults, {history.Presses.Count:#,0} entries, {history.Store.Count:#,0} punches, {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");

    private static string Seconds(long began) => Stopwatch.GetElapsedTime(began).TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
}
