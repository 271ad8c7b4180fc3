using Devices.Contract.Punches;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

/// <summary>Reads a ledger without writing, also while the agent runs: for <c>devices ledger verify|show</c>.</summary>
public sealed class LedgerReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly byte[] _baseChain;

    private LedgerReader(SqliteConnection connection, string path)
    {
        _connection = connection;
        _path = path;
        using SqliteCommand command = connection.Prepare("SELECT terminal, ledger, acknowledged, base_through, base_chain FROM state");
        using SqliteDataReader row = command.ExecuteReader();
        if (!row.Read() || !Guid.TryParseExact(row.GetString(1), "D", out Guid ledger)) throw new LedgerException(LedgerFault.Damaged, $"The ledger {path} has lost its identity.");
        Terminal = row.GetString(0);
        LedgerId = ledger;
        Acknowledged = row.GetInt64(2);
        TrimmedThrough = row.GetInt64(3);
        _baseChain = (byte[])row.GetValue(4);
    }

    /// <summary>Opens the file read-only.</summary>
    /// <exception cref="LedgerException">With a kind and a sentence.</exception>
    public static LedgerReader Open(string path)
    {
        SqliteConnection connection = LedgerFile.OpenForReading(path);
        try
        {
            return new(connection, path);
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw LedgerFile.Translate(fault, path);
        }
        catch (Exception fault) when (LedgerFile.IsOtherThanWritten(fault))
        {
            connection.Dispose();
            throw LedgerFile.Altered(fault, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public string Terminal { get; }
    public Guid LedgerId { get; }

    /// <summary>The bridge's durable watermark as last taken.</summary>
    public long Acknowledged { get; }

    /// <summary>Seq before the first row that is kept.</summary>
    public long TrimmedThrough { get; }

    /// <summary>Rows from <paramref name="fromSeq"/> on in order, streamed; sealed or not.</summary>
    public IEnumerable<StoredPunch> Read(long fromSeq = 1, long count = long.MaxValue)
    {
        using SqliteCommand command = _connection.Prepare($"SELECT {PunchRows.Columns} FROM punch WHERE seq >= $from ORDER BY seq LIMIT $count", "$from", "$count");
        using SqliteDataReader row = command.With(fromSeq, count).ExecuteReader();
        while (row.Read()) yield return PunchRows.Read(row, Terminal, LedgerId);
    }

    /// <summary>Checks the file's structure and recomputes the whole chain.</summary>
    public LedgerVerdict Verify()
    {
        try
        {
            string? structure = _connection.ReadText("PRAGMA integrity_check(1)");
            long rows = 0, held = 0, lastSeq = TrimmedThrough;
            string? order = null;
            IEnumerable<Punch> Sealed()
            {
                foreach (StoredPunch stored in Read())
                {
                    rows++;
                    if (stored.Seq != lastSeq + 1) order ??= $"Punch {stored.Seq} stands where {lastSeq + 1} was expected: {stored.Seq - lastSeq - 1} are missing.";
                    lastSeq = stored.Seq;
                    if (stored.Sealed is null) held++;
                    else if (held > 0) order ??= $"Punch {stored.Seq} is sealed though one before it is not.";
                    if (stored.Sealed is { } punch && held == 0) yield return punch;
                }
            }

            ChainVerdict chain = ChainVerifier.Walk(Terminal, LedgerId, TrimmedThrough, _baseChain, Sealed());
            string? fault = structure != "ok" ? $"The file is damaged: {structure}." : order ?? chain.Text;
            if (fault is null && lastSeq < Acknowledged) fault = $"The ledger ends at punch {lastSeq} though {Acknowledged} were acknowledged.";
            return new(fault is null, rows, lastSeq, chain.Through, PunchChain.ToHex(chain.Chain), held, fault);
        }
        catch (SqliteException fault)
        {
            throw LedgerFile.Translate(fault, _path);
        }
        catch (Exception fault) when (LedgerFile.IsOtherThanWritten(fault))
        {
            throw LedgerFile.Altered(fault, _path);
        }
    }

    public void Dispose() => _connection.Dispose();
}

/// <summary>What <see cref="LedgerReader.Verify"/> found.</summary>
/// <param name="Whole">Whether everything holds together.</param>
/// <param name="Rows">Rows that are kept.</param>
/// <param name="LastSeq">The newest.</param>
/// <param name="Through">The last seq whose chain follows.</param>
/// <param name="Chain">Chain value there, hex.</param>
/// <param name="Held">Rows whose time is not final.</param>
/// <param name="Fault">One sentence where not whole.</param>
public sealed record LedgerVerdict(bool Whole, long Rows, long LastSeq, long Through, string Chain, long Held, string? Fault);
