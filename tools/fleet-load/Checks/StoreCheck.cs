using System.Globalization;
using Devices.Bridge;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.FleetLoad.Terminals;

namespace Devices.FleetLoad.Checks;

/// <summary>What the store holds against what terminals were told.</summary>
/// <param name="Acknowledged">Punches below a watermark that a terminal was told.</param>
/// <param name="Made">Punches that terminals recorded.</param>
/// <param name="Stored">Rows of this run's ledgers.</param>
/// <param name="Faults">A sentence for each terminal where something is missing, twice or altered.</param>
internal sealed record StoreCheck(int Terminals, long Acknowledged, long Made, long Stored, IReadOnlyList<string> Faults)
{
    public bool Right => Faults.Count == 0;

    public string Sentence => Right
        ? string.Create(CultureInfo.InvariantCulture, $"Correct: {Terminals:#,0} terminals, {Acknowledged:#,0} punches acknowledged, {Stored:#,0} stored, each exactly once and in an unbroken chain.")
        : string.Create(CultureInfo.InvariantCulture, $"WRONG in {Faults.Count:#,0} places: {string.Join(" ", Faults.Take(5))}");

    /// <summary>Reads every punch of these terminals back from a store whose bridge has stopped, and recomputes each chain from its ledger's id.</summary>
    public static async Task<StoreCheck> RunAsync(BridgeOptions options, IEnumerable<(string Terminal, LoadLedger Ledger)> all, IEnumerable<string> misfits)
    {
        List<string> faults = [.. misfits];
        (int terminals, long acknowledged, long made, long stored) = (0, 0, 0, 0);
        await using SqlDatabase database = StoreSetup.Open(options);
        await database.ReadAsync(session =>
        {
            foreach ((string terminal, LoadLedger ledger) in all)
            {
                terminals++;
                acknowledged += ledger.Confirmed;
                made += ledger.LastSeq;
                long rows = session.Number("SELECT COUNT(*) FROM punches WHERE terminal = @terminal AND ledger = @ledger", ("@terminal", terminal), ("@ledger", ledger.Id.ToString("D")));
                stored += rows;
                if (Fault(session, terminal, ledger) is { } fault) faults.Add(fault);
            }

            // Each punch has its row on the way to the platform, in the same transaction.
            long punches = session.Number("SELECT COUNT(*) FROM punches"), outbox = session.Number("SELECT COUNT(*) FROM outbox WHERE target = 'platform'");
            if (punches != outbox) faults.Add($"There are {punches} punches and {outbox} rows for the platform.");
            return true;
        });
        return new(terminals, acknowledged, made, stored, faults);
    }

    private static string? Fault(SqlSession session, string terminal, LoadLedger ledger)
    {
        string atConfirmed = "";
        ChainWalk walk = ChainWalk.Run(session, terminal, ledger.Id, punch =>
        {
            if (punch.Seq == ledger.Confirmed) atConfirmed = punch.Chain;
        });
        return walk.Fault
            ?? (walk.Through < ledger.Confirmed ? $"{terminal}: told that punch {ledger.Confirmed} is stored, but {walk.Through} is the last."
            : walk.Through > ledger.LastSeq ? $"{terminal}: punch {walk.Through} is stored, but {ledger.LastSeq} were made."
            : atConfirmed != ledger.ConfirmedChain ? $"{terminal}: at punch {ledger.Confirmed} the store has another chain than the terminal was told."
            : null);
    }
}
