using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Devices.Bridge.Store.Sqlite;

/// <summary>
/// Says when the write-ahead log is folded into the database file (a checkpoint, https://www.sqlite.org/wal.html#ckpt), in place of SQLite's fixed number of pages.
/// A page that many commits change goes into the file once for a whole log, at a place of its own: of such writes a disk has fewest, so that the longer the log the
/// more a slow disk stores. But nothing is committed while it is folded, and it takes room. So under load it may become twice as long after a quick fold, and half as
/// long after a slow one or in quiet times; it never takes more than a small part of the free space, and one longer than the shortest gives back what it has where the disk is full.
/// <para>
/// Nothing of this touches what is durable when: a commit is synced in the log before it is told. Used by the writer's thread alone, between two groups: whoever
/// waited for the commit has been told.
/// </para>
/// </summary>
internal sealed class SqliteCheckpointer
{
    /// <summary>Pages of the shortest log: 8 MiB.</summary>
    public const int Least = 2_048;

    /// <summary>Pages of the longest log: 256 MiB. A reader looks through 16 tables of 4,096 pages for what is in it.</summary>
    public const int Most = 65_536;

    private const int PageSize = 4_096;
    private const int FrameSize = PageSize + 24;
    private const int ShareOfFree = 32;
    // SQLITE_DBSTATUS_CACHE_WRITE (https://www.sqlite.org/c3ref/c_dbstatus_options.html): pages written into the log.
    private const int PagesWritten = 9;

    /// <summary>
    /// A fold that takes longer is too long a wait: a message is answered "send again later" after ten seconds (<see cref="Ingest.PressureOptions.AnswerWithinMs"/>).
    /// Not less, since short logs write so much more on a slow disk that it never catches up (tests/Benchmarks/FLEET.md).
    /// </summary>
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(4);

    /// <summary>After a fold as quick as this, twice the log is folded in less than <see cref="Slow"/>.</summary>
    public static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(1500);

    /// <summary>How long a fold waits for those who read.</summary>
    public static readonly TimeSpan ForReaders = TimeSpan.FromMilliseconds(100);

    /// <summary>Due again within this: a load that a longer log helps.</summary>
    public static readonly TimeSpan Busy = TimeSpan.FromSeconds(30);

    /// <summary>Not due for this long: a long log has no use.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);

    private readonly SqliteConnection _connection;
    private readonly Func<long> _freeBytes;
    private readonly TimeProvider _time;
    // Since the last fold, and in the log since it began anew: somebody who read when it was folded makes it go on.
    private long _written, _frames;
    private long _due = Least;
    private long _folded;

    /// <summary>Takes over from SQLite: nothing that <paramref name="connection"/> commits is folded from now on but here.</summary>
    /// <param name="connection">The writer's.</param>
    /// <param name="freeBytes">Free space of the disk with the file, bytes.</param>
    /// <param name="time">Measures how long a fold takes and how long ago the last one was.</param>
    public SqliteCheckpointer(SqliteConnection connection, Func<long> freeBytes, TimeProvider time)
    {
        (_connection, _freeBytes, _time) = (connection, freeBytes, time);
        _folded = time.GetTimestamp();
        raw.sqlite3_wal_autocheckpoint(connection.Handle, 0);
        LimitTo(Least);
    }

    /// <summary>How many pages the log may hold before it is folded.</summary>
    public int Limit { get; private set; } = Least;

    /// <summary>After a commit.</summary>
    public void Committed()
    {
        raw.sqlite3_db_status(_connection.Handle, PagesWritten, out int pages, out _, 1);
        _written += pages;
        _frames += pages;
        if (_written < _due) return;
        long began = _time.GetTimestamp();
        if (!Fold())
        {
            // Not each time after so few pages that the waits for readers would add up.
            _due = Math.Max(Least, Limit / 4);
            return;
        }
        LimitTo(Next(_time.GetElapsedTime(began), _time.GetElapsedTime(_folded, began)));
        _due = Limit;
        _folded = began;
    }

    /// <summary>
    /// After a commit that the full disk did not take: what a long log holds is room that can be used again. A short one is left alone: with its few free pages small writes
    /// would go on where punches do not. One that went on because of a reader is long, whatever its limit.
    /// </summary>
    public void Full()
    {
        if (Limit <= Least && _frames <= Least + Least / 2) return;
        LimitTo(Least);
        Fold();
        _due = Least;
    }

    private int Next(TimeSpan took, TimeSpan since)
    {
        int next = took > Slow || since > Quiet ? Limit / 2 : took < Quick && since < Busy ? Limit * 2 : Limit;
        return (int)Math.Clamp(Math.Min(next, Room()), Least, Most);
    }

    private long Room()
    {
        try
        {
            return _freeBytes() / ShareOfFree / FrameSize;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    // A log that was longer is cut to this with the first commit after it was folded.
    private void LimitTo(int pages)
    {
        Limit = pages;
        raw.sqlite3_exec(_connection.Handle, $"PRAGMA journal_size_limit={(long)pages * FrameSize}");
    }

    /// <summary>True where the next commit begins the log anew. What cannot be folded stays in the log, where it is durable, and is tried again.</summary>
    private bool Fold()
    {
        // One who reads at this instant would make the log go on for as long again: waited for a little, since most read for less.
        raw.sqlite3_busy_timeout(_connection.Handle, (int)ForReaders.TotalMilliseconds);
        int answer = raw.sqlite3_wal_checkpoint_v2(_connection.Handle, "main", raw.SQLITE_CHECKPOINT_RESTART, out int log, out _);
        raw.sqlite3_busy_timeout(_connection.Handle, SqliteDatabase.BusyTimeoutMs);
        _written = 0;
        _frames = answer == raw.SQLITE_OK ? 0 : Math.Max(_frames, log);
        return answer == raw.SQLITE_OK;
    }
}
