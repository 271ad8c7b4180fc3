using System.Data.Common;
using Devices.Bridge;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Contract.Punches;

namespace Devices.FleetLoad.Checks;

/// <summary>One stored ledger, read from its first punch to its last, its chain recomputed.</summary>
/// <param name="Through">The last seq.</param>
/// <param name="Fault">Where it does not follow; null where it does.</param>
internal sealed record ChainWalk(long Through, string? Fault)
{
    private const int Page = 5_000;

    public static async Task<ChainWalk> RunAsync(BridgeOptions options, string terminal, Guid ledger)
    {
        await using SqlDatabase database = StoreSetup.Open(options);
        return await database.ReadAsync(session => Run(session, terminal, ledger));
    }

    /// <param name="seen">Called with each punch in order.</param>
    public static ChainWalk Run(SqlSession session, string terminal, Guid ledger, Action<Punch>? seen = null)
    {
        byte[] chain = PunchChain.Genesis(ledger);
        long through = 0;
        while (true)
        {
            List<Punch> punches = session.Query(
                """
                SELECT terminal, ledger, seq, person, at, clock, uncertainty_ms, method, direction, score, threshold, liveness, pack, photo, chain
                FROM punches WHERE terminal = @terminal AND ledger = @ledger AND seq > @through ORDER BY seq LIMIT @page
                """,
                Read, ("@terminal", terminal), ("@ledger", ledger.ToString("D")), ("@through", through), ("@page", Page));
            foreach (Punch punch in punches)
            {
                if (punch.Seq != through + 1) return new(through, $"{terminal}: punch {punch.Seq} stands where {through + 1} was expected.");
                chain = PunchChain.Next(chain, punch);
                if (PunchChain.ToHex(chain) != punch.Chain) return new(through, $"{terminal}: the stored chain breaks at punch {punch.Seq}.");
                through = punch.Seq;
                seen?.Invoke(punch);
            }

            if (punches.Count < Page) break;
        }

        long rows = session.Number("SELECT COUNT(*) FROM punches WHERE terminal = @terminal AND ledger = @ledger", ("@terminal", terminal), ("@ledger", ledger.ToString("D")));
        return new(through, rows == through ? null : $"{terminal}: {rows} rows for {through} punches.");
    }

    private static Punch Read(DbDataReader row) => new()
    {
        Terminal = row.GetString(0), Ledger = Guid.Parse(row.GetString(1)), Seq = row.GetInt64(2), Person = row.GetString(3), At = row.GetInt64(4),
        Clock = Enum.Parse<ClockQuality>(row.GetString(5), ignoreCase: true), UncertaintyMs = row.GetInt64(6),
        Method = Enum.Parse<PunchMethod>(row.GetString(7), ignoreCase: true), Direction = Enum.Parse<PunchDirection>(row.GetString(8), ignoreCase: true),
        Score = Float(row, 9), Threshold = Float(row, 10), Liveness = Float(row, 11), Pack = row.IsDBNull(12) ? null : row.GetString(12),
        Photo = row.IsDBNull(13) ? null : row.GetString(13), Chain = PunchChain.ToHex(row.GetFieldValue<byte[]>(14)),
    };

    private static float? Float(DbDataReader row, int column) => row.IsDBNull(column) ? null : (float)row.GetDouble(column);
}
