using Devices.Contract.Punches;
using Npgsql;

namespace Devices.Scale;

/// <summary>Compares what terminals made and were told with what the database has.</summary>
internal sealed class Checker(string connectionString) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 8, Timeout = 5 }.ConnectionString);
    private long _looked;

    /// <summary>Acknowledgements that were looked up in the database the moment they came.</summary>
    public long Looked => Interlocked.Read(ref _looked);

    /// <summary>What was acknowledged is committed now; where the database is away, when it is back.</summary>
    public async Task StoredAsync(SimTerminal terminal, long through)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                await using NpgsqlCommand look = _source.CreateCommand("SELECT COUNT(*) FROM punches WHERE terminal = @terminal AND ledger = @ledger AND seq = @seq");
                look.Parameters.AddWithValue("terminal", terminal.Name);
                look.Parameters.AddWithValue("ledger", terminal.Ledger.ToString("D"));
                look.Parameters.AddWithValue("seq", through);
                if ((long)(await look.ExecuteScalarAsync())! != 1) throw new ScaleException($"{terminal.Name}: punch {through} was acknowledged and is not stored.");
                Interlocked.Increment(ref _looked);
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException && DateTime.UtcNow < end)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>After all was brought: stored is what was made, each punch once, in its ledger's order, each with one row on its way to the platform.</summary>
    public async Task<long> CompareAsync(IReadOnlyList<SimTerminal> terminals, CancellationToken cancellationToken)
    {
        long all = 0;
        foreach (SimTerminal terminal in terminals)
        {
            if (terminal.Fault is { } fault) throw new ScaleException(fault);
            IReadOnlyList<Punch> made = terminal.Punches;
            List<(long Seq, string Person, long At, string Chain, long Rows)> stored = [];
            await using NpgsqlCommand read = _source.CreateCommand(
                """
                SELECT p.seq, p.person, p.at, encode(p.chain, 'hex'), (SELECT COUNT(*) FROM outbox o WHERE o.punch_id = p.id AND o.at = p.at)
                FROM punches p WHERE p.terminal = @terminal AND p.ledger = @ledger ORDER BY p.id
                """);
            read.Parameters.AddWithValue("terminal", terminal.Name);
            read.Parameters.AddWithValue("ledger", terminal.Ledger.ToString("D"));
            await using NpgsqlDataReader rows = await read.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken)) stored.Add((rows.GetInt64(0), rows.GetString(1), rows.GetInt64(2), rows.GetString(3), rows.GetInt64(4)));
            if (stored.Count != made.Count) throw new ScaleException($"{terminal.Name} made {made.Count} punches and {stored.Count} are stored.");
            for (int i = 0; i < made.Count; i++)
                if (stored[i] != (made[i].Seq, made[i].Person, made[i].At, made[i].Chain, 1))
                    throw new ScaleException($"{terminal.Name}: by order of arrival punch {i + 1} is {stored[i]}, and the terminal made {made[i].Seq} of {made[i].Person} at {made[i].At}.");
            all += made.Count;
        }
        // No board was copied here and no message lost its order: such a row would send a technician on his way for nothing.
        await using NpgsqlCommand wrong = _source.CreateCommand("SELECT code || ': ' || text FROM exceptions WHERE code IN ('fork', 'gap', 'chain', 'rewound', 'malformed', 'wrong-terminal', 'node-settings') LIMIT 1");
        if (await wrong.ExecuteScalarAsync(cancellationToken) is string row) throw new ScaleException($"The exceptions list has {row}");
        return all;
    }

    /// <summary>One number.</summary>
    public async Task<long> NumberAsync(string sql)
    {
#pragma warning disable CA2100 // constants of this program
        await using NpgsqlCommand command = _source.CreateCommand(sql);
#pragma warning restore CA2100
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
