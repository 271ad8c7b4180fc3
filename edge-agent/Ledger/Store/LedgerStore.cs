using Devices.Contract.Punches;
using Devices.Edge.Ledger.Time;
using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

/// <summary>
/// The terminal's ledger of punches: SQLite in WAL mode with <c>synchronous=FULL</c>, append-only, one writer (design section 4).
/// A method that writes returns only after its commit. Safe to use from several threads; each call takes one short turn.
/// </summary>
/// <remarks>
/// A punch is <em>appended</em> at once and <em>sealed</em> (time final, chain computed) when its time is known, strictly in seq order.
/// Only sealed punches go up. See <c>README.md</c> for the rules.
/// </remarks>
public sealed partial class LedgerStore : ITimeFloor, IDisposable
{
    private readonly Lock _gate = new();
    private readonly LedgerOptions _options;
    private readonly IFreeSpace _freeSpace;
    private readonly string _directory;
    private readonly LedgerLock _lock;
    private readonly SqliteConnection _connection;
    private readonly LedgerStatements _sql;

    private long _lastSeq;
    private long _sealedThrough;
    private byte[] _sealedChain = [];
    private long _acknowledged;
    private long _baseThrough;
    private byte[] _baseChain = [];
    private long _floorMs;
    private bool _stale;
    private bool _disposed;

    private LedgerStore(LedgerOptions options, LedgerLock fileLock, SqliteConnection connection, IFreeSpace freeSpace, TimeProvider time)
    {
        _options = options;
        _lock = fileLock;
        _connection = connection;
        _freeSpace = freeSpace;
        _directory = Path.GetDirectoryName(Path.GetFullPath(options.Path)) ?? "/";
        _sql = new(connection);
        Events = new(this, options.MaxEvents, time);
    }

    /// <summary>Opens the ledger, making it where it is missing, checks it, and seals as held what earlier boots left unsealed.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="bootId">This boot of the board (<see cref="IBootClock.BootId"/>).</param>
    /// <param name="time">For the new ledger's id and for events; the system's by default.</param>
    /// <param name="freeSpace">statvfs by default.</param>
    /// <exception cref="LedgerException">With a kind and a sentence; nothing was deleted.</exception>
    public static LedgerStore Open(LedgerOptions options, string bootId, TimeProvider? time = null, IFreeSpace? freeSpace = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(bootId);
        options.Validate();
        TimeProvider clock = time ?? TimeProvider.System;
        LedgerLock fileLock = LedgerLock.Take(options.Path);
        LedgerStore? store = null;
        try
        {
            store = new(options, fileLock, LedgerFile.OpenForWriting(options, clock), freeSpace ?? new DriveFreeSpace(), clock);
            store.Guard(() =>
            {
                store.Check();
                store.Load();
                store.CheckTail();
                store.SealEarlierBoots(bootId);
            });
            return store;
        }
        catch (Exception fault) when (store is not null && LedgerFile.IsOtherThanWritten(fault))
        {
            store.Dispose();
            throw LedgerFile.Altered(fault, options.Path);
        }
        catch
        {
            if (store is not null) store.Dispose();
            else fileLock.Dispose();
            throw;
        }
    }

    /// <summary>The ledger's identity, made with its file.</summary>
    public Guid LedgerId { get; private set; }

    /// <summary>The terminal whose ledger this is.</summary>
    public string Terminal => _options.Terminal;

    /// <summary>Seq of the newest punch, sealed or not; 0 in an empty ledger.</summary>
    public long LastSeq => Locked(() => _lastSeq);

    /// <summary>Every punch up to here is sealed.</summary>
    public long SealedThrough => Locked(() => _sealedThrough);

    /// <summary>Every punch up to here is durable at the bridge, by a watermark whose chain equalled ours.</summary>
    public long Acknowledged => Locked(() => _acknowledged);

    /// <summary>Punches that the bridge does not durably have.</summary>
    public long Queue => Locked(() => _lastSeq - _acknowledged);

    /// <summary>Punches whose time is not final yet.</summary>
    public long Held => Locked(() => _lastSeq - _sealedThrough);

    /// <summary>Seq before the first row that is kept; 0 where nothing was trimmed.</summary>
    public long TrimmedThrough => Locked(() => _baseThrough);

    /// <summary>The newest sealed place: what <c>hello</c> tells.</summary>
    public Watermark Head => Locked(() => new Watermark(LedgerId, _sealedThrough, PunchChain.ToHex(_sealedChain)));

    /// <summary>Events on their way up.</summary>
    public EventOutbox Events { get; }

    /// <summary>Raised after new punches became sealed and durable, with <see cref="SealedThrough"/>; outside the ledger's turn. Handlers must not throw: the punch is durable already.</summary>
    public event Action<long>? SealedAdvanced;

    /// <summary>Bytes still free on the ledger's disk.</summary>
    public long FreeBytes => _freeSpace.AvailableBytes(_directory);

    /// <summary>Closes the file after writing the log back, so that <c>ledger.db</c> alone is the whole ledger.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            _sql.Dispose();
            _connection.Dispose();
            _lock.Dispose();
        }
    }

    internal T Locked<T>(Func<T> read)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return read();
        }
    }

    /// <summary>Runs <paramref name="work"/> in a turn; SQLite's errors become a <see cref="LedgerException"/>.</summary>
    internal T Guard<T>(Func<SqliteConnection, T> work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                if (_stale) Load();
                _stale = false;
                return work(_connection);
            }
            catch (SqliteException fault)
            {
                throw LedgerFile.Translate(fault, _options.Path);
            }
        }
    }

    /// <summary>As <see cref="Guard{T}"/>, in one transaction. After a failure the cached places are read again: a failed commit may have happened.</summary>
    internal T Transact<T>(Func<SqliteConnection, T> work) => Guard(connection =>
    {
        _sql.Begin.ExecuteNonQuery();
        var places = (_lastSeq, _sealedThrough, _sealedChain, _acknowledged, _baseThrough, _baseChain, _floorMs);
        try
        {
            T result = work(connection);
            _sql.Commit.ExecuteNonQuery();
            return result;
        }
        catch
        {
            connection.TryRollback();
            Events.Recount();
            try
            {
                Load();
            }
            catch (SqliteException)
            {
                // The disk cannot even be read now. Until it can, the places are those of before: the next punch must not be refused for theirs.
                (_lastSeq, _sealedThrough, _sealedChain, _acknowledged, _baseThrough, _baseChain, _floorMs) = places;
                _stale = true;
            }

            throw;
        }
    });

    private void Guard(Action work) => Guard(_ =>
    {
        work();
        return true;
    });

    private void Check()
    {
        bool whole = new FileInfo(_options.Path).Length <= _options.FullCheckBytes;
        // Beyond the limit quick_check would keep people waiting at the door after a power cut; `devices ledger verify` checks it whole.
        if (!whole) return;
        string? verdict = _connection.ReadText("PRAGMA quick_check(1)");
        // "… error code=266": the disk could not be read, which says nothing about what is on it.
        if (verdict?.IndexOf("error code=", StringComparison.Ordinal) is >= 0 and int at && int.TryParse(verdict.AsSpan(at + 11).TrimEnd(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int code) && (code & 0xFF) == 10)
            throw new LedgerException(LedgerFault.Io, $"The ledger {_options.Path} cannot be read: its disk fails ({verdict}).");
        if (verdict != "ok") throw new LedgerException(LedgerFault.Damaged, $"The ledger {_options.Path} is damaged ({verdict}); it was left as it is: keep it for recovery.");
    }

    private void Load()
    {
        using SqliteCommand command = _connection.Prepare("SELECT terminal, ledger, acknowledged, base_through, base_chain, time_floor FROM state");
        using SqliteDataReader row = command.ExecuteReader();
        if (!row.Read() || !Guid.TryParseExact(row.GetString(1), "D", out Guid ledger))
            throw new LedgerException(LedgerFault.Damaged, $"The ledger {_options.Path} has lost its identity; it was left as it is.");
        if (row.GetString(0) != _options.Terminal)
            throw new LedgerException(LedgerFault.OtherTerminal, $"The ledger {_options.Path} belongs to terminal '{row.GetString(0)}', not to '{_options.Terminal}': give the terminal its old name, or set the file aside so that a new ledger begins.");
        LedgerId = ledger;
        _acknowledged = row.GetInt64(2);
        _baseThrough = row.GetInt64(3);
        _baseChain = (byte[])row.GetValue(4);
        _floorMs = Math.Max(row.GetInt64(5), _sql.NewestKnownTime.ExecuteScalar() as long? ?? 0);
        long? last = _sql.Last.ExecuteScalar() as long?;
        _lastSeq = last ?? _baseThrough;
        using SqliteDataReader newest = _sql.LastSealed.ExecuteReader();
        bool any = newest.Read();
        _sealedThrough = any ? newest.GetInt64(0) : _baseThrough;
        _sealedChain = any ? (byte[])newest.GetValue(1) : _baseChain;
    }

    // The chain's newest part must follow: it is what a torn or lying disk damages, and what new punches build on.
    private void CheckTail()
    {
        long from = Math.Max(_baseThrough, _sealedThrough - 64);
        byte[] chain = ChainAtCore(from) ?? throw new LedgerException(LedgerFault.Damaged, $"The ledger {_options.Path} lacks punch {from}; it was left as it is.");
        List<StoredPunch> tail = RangeCore(from + 1, 64);
        ChainVerdict verdict = ChainVerifier.Walk(Terminal, LedgerId, from, chain, tail.TakeWhile(p => p.Sealed is not null).Select(p => p.Sealed!));
        if (verdict.Fault != ChainFault.None || verdict.Through != _sealedThrough)
            throw new LedgerException(LedgerFault.Damaged, $"The ledger {_options.Path} does not hold together: {verdict.Text ?? $"sealed punches end at {verdict.Through}, not at {_sealedThrough}."} It was left as it is.");
        if (_lastSeq < _acknowledged)
            throw new LedgerException(LedgerFault.Damaged, $"The ledger {_options.Path} ends at punch {_lastSeq} though {_acknowledged} were acknowledged; it was left as it is.");
    }
}
