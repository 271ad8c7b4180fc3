using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Devices.Faults.Check;
using Devices.Faults.Plan;
using Devices.Faults.Run;
using Devices.Faults.World;
using Devices.Up;

namespace Devices.Faults.Faults;

/// <summary>
/// Boards that were restored from an older copy and boards that were cloned. Both fork a ledger: the bridge keeps what it had first, stops
/// taking that ledger, and both sides say so; what the fork recorded stays on its board. Afterwards the operator does what the terminal's
/// sentence asks for: the ledger is set aside, and a new one begins.
/// </summary>
internal static class BoardFaults
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>What the fault leaves to be compared: ledgers that are not in use any more, forks, and what people were told at a clone.</summary>
    internal sealed record Left(IReadOnlyList<LedgerCopy> Ledgers, ForkSeen Fork, IReadOnlyList<Press> Presses, IReadOnlyList<Violation> Wrong);

    public static Task<Left> Do(Village village, Seat seat, Presser presser, FaultStep step, CancellationToken stop) => step.Kind.Name switch
    {
        "board-restored" => Restored(village, seat, presser, step, stop),
        "board-cloned" => Cloned(village, seat, presser, step, stop),
        _ => throw new InvalidOperationException($"{step.Kind.Name} is no fault of a board."),
    };

    // Before: everything is drained. An older copy, a few more punches that the bridge takes, then the older copy is put back.
    private static async Task<Left> Restored(Village village, Seat seat, Presser presser, FaultStep step, CancellationToken stop)
    {
        string copy = Path.Combine(seat.Folder, string.Create(CultureInfo.InvariantCulture, $"older-{step.N}"));
        await seat.Agent.Stop(TimeSpan.FromSeconds(10)).ConfigureAwait(false);
        Copy(seat.State, copy);
        await seat.StartAgent(stop).ConfigureAwait(false);
        await Punch(presser, 3, stop).ConfigureAwait(false);
        await Drained(seat, stop).ConfigureAwait(false);
        // What was overwritten is kept as evidence only.
        LedgerCopy newest = Read(seat, $"of {seat.Terminal} before it was restored");
        await seat.Agent.Kill().ConfigureAwait(false);
        Replace(copy, seat.State);
        await seat.StartAgent(stop).ConfigureAwait(false);
        await Punch(presser, 2, stop).ConfigureAwait(false);
        bool alerted = await Until(() => Stopped(seat, stop), stop).ConfigureAwait(false);
        await Until(async () => Shown(await Records.Exceptions(village.Hr, stop).ConfigureAwait(false), seat.Terminal, newest), stop).ConfigureAwait(false);
        LedgerCopy forked = await SetAside(seat, step, stop).ConfigureAwait(false);
        Directory.Delete(copy, recursive: true);
        return new([newest, forked], new(seat.Terminal, forked.Rows[0].Ledger, alerted), [], []);
    }

    // Two boards with one state, both on the network; people punch at both.
    private static async Task<Left> Cloned(Village village, Seat seat, Presser presser, FaultStep step, CancellationToken stop)
    {
        string folder = Path.Combine(seat.Folder, string.Create(CultureInfo.InvariantCulture, $"clone-{step.N}"));
        Seat clone = await Seat.Make(village.Grounds, seat.Index, seat.Terminal, folder, Village.ClonePlace + seat.Index, stop).ConfigureAwait(false);
        await using (clone.ConfigureAwait(false))
        {
            await seat.Agent.Stop(TimeSpan.FromSeconds(10)).ConfigureAwait(false);
            Copy(seat.State, clone.State);
            await seat.StartAgent(stop).ConfigureAwait(false);
            clone.Readdress(seat);
            await clone.StartAgent(stop).ConfigureAwait(false);
            await clone.StartMcu(stop).ConfigureAwait(false);
            Presser other = new(village, clone, village.People[seat.Index], step.Dice);
            await Task.WhenAll(Punch(presser, 3, stop), Punch(other, 3, stop)).ConfigureAwait(false);
            // Whichever came first keeps the ledger; the other forks it and is told. Sooner or later it concerns both.
            bool alerted = await Until(async () => await Stopped(seat, stop).ConfigureAwait(false) || await Stopped(clone, stop).ConfigureAwait(false), stop).ConfigureAwait(false);
            LedgerCopy here = Read(seat, $"of {seat.Terminal} beside its clone");
            await Until(async () => Shown(await Records.Exceptions(village.Hr, stop).ConfigureAwait(false), seat.Terminal, here), stop).ConfigureAwait(false);
            // The clone ends here for good: what its MCU still holds is handed to its ledger first, as at the board that stays.
            await Until(() => Handed(clone, stop), stop).ConfigureAwait(false);
            await clone.Mcu!.Kill().ConfigureAwait(false);
            await clone.Agent.Kill().ConfigureAwait(false);
            LedgerCopy there = Read(clone, $"of {seat.Terminal}'s clone");
            (IReadOnlyList<Press> presses, IReadOnlyList<Violation> wrong) = clone.Desk.Read(seat.Terminal);
            LedgerCopy own = await SetAside(seat, step, stop).ConfigureAwait(false);
            return new([there, own], new(seat.Terminal, own.Rows[0].Ledger, alerted), presses, wrong);
        }
    }

    private static async Task Punch(Presser presser, int count, CancellationToken stop)
    {
        for (int done = 0, tries = 0; done < count && tries < count * 4; tries++)
            if (await presser.Come(stop).ConfigureAwait(false) is Told.Thanked or Told.Saved) done++;
    }

    private static async Task Drained(Seat seat, CancellationToken stop) => await Until(async () => await seat.Waits(stop).ConfigureAwait(false) is null, stop).ConfigureAwait(false);

    private static async Task<bool> Stopped(Seat seat, CancellationToken stop) =>
        await seat.Client.Status(stop).ConfigureAwait(false) is { } status && status.TryGetProperty("uplink_stopped", out JsonElement value) && value.ValueKind == JsonValueKind.True;

    private static bool Shown(IReadOnlyList<OpenFinding> exceptions, string terminal, LedgerCopy ledger) =>
        exceptions.Any(e => e.Code is "fork" or "rewound" && e.Terminal == terminal && ledger.Rows.Count > 0 && e.Ledger == ledger.Rows[0].Ledger);

    // The ledger and what only makes sense beside it; people, cards and the certificate stay.
    private static async Task<LedgerCopy> SetAside(Seat seat, FaultStep step, CancellationToken stop)
    {
        // What the MCU still holds belongs to this ledger's time; it is answered first.
        await Until(() => Handed(seat, stop), stop).ConfigureAwait(false);
        await seat.Agent.Stop(TimeSpan.FromSeconds(10)).ConfigureAwait(false);
        string aside = Path.Combine(seat.Folder, string.Create(CultureInfo.InvariantCulture, $"aside-{step.N}"));
        Directory.CreateDirectory(aside);
        foreach (string file in Directory.EnumerateFiles(seat.State, "ledger.db*")) File.Move(file, Path.Combine(aside, Path.GetFileName(file)));
        LedgerCopy copy = Records.Ledger(Path.Combine(aside, "ledger.db"), seat.Terminal, $"set aside of {seat.Terminal}");
        await seat.StartAgent(stop).ConfigureAwait(false);
        return copy;
    }

    private static async Task<bool> Handed(Seat seat, CancellationToken stop) => (await seat.Hands.State(stop).ConfigureAwait(false)).GetProperty("queue").GetInt32() == 0;

    private static LedgerCopy Read(Seat seat, string name) => Records.Ledger(seat.Ledger, seat.Terminal, name);

    private static async Task<bool> Until(Func<Task<bool>> condition, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        while (!await condition().ConfigureAwait(false))
        {
            if (Stopwatch.GetElapsedTime(began) > Limit) return false;
            await Task.Delay(100, stop).ConfigureAwait(false);
        }
        return true;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string folder in Directory.EnumerateDirectories(from)) Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (string file in Directory.EnumerateFiles(from))
            if (!file.EndsWith(".sock", StringComparison.Ordinal)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
    }

    private static void Replace(string copy, string state)
    {
        foreach (string file in Directory.EnumerateFiles(state)) File.Delete(file);
        foreach (string folder in Directory.EnumerateDirectories(state)) Directory.Delete(folder, recursive: true);
        Copy(copy, state);
    }
}
