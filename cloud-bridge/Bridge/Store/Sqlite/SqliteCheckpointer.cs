using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Devices.Bridge.Store.Sqlite;

/// <summary>
/// Says when the write-ahead log is folded into the database file (a checkpoint, https://www.sqlite.org/wal.html#ckpt), in place of SQLite's fixed number of pages.
/// A page that many commits change goes into the file once for a whole log, at a place of its own: of such writes a disk has fewest, so that the longer the log the
/// more a slow disk stores. But nothing is committed while it is folded, and it takes room. So under load it may become twice as long after a quick fold, and half as
/// long after a slow one or in quiet times; it never takes more than a small part of the free space, and gives back what it has where the disk is full.
/// <para>
/// Nothing of this touches what is durable when: a commit is synced in the log before it is told. Used by the writer's thread alone, between two groups: whoever
/// waited for the commit has been told.
/// </para>
/// </summary>
internal sealed class SqliteCheckpointer(SqliteConnection connection, Func<long> freeBytes, TimeProvider time)
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

    /// <summary>Due again within this: a load that a longer log helps.</summary>
    public static readonly TimeSpan Busy = TimeSpan.FromSeconds(30);

    /// <summary>Not due for this long: a long log has no use.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);

    private long _written;
    private long _due = Least;
    private long _folded = time.GetTimestamp();

    /// <summary>How many pages the log may hold before it is folded.</summary>
    public int Limit { get; private set; } = Least;

    /// <summary>Takes over from SQLite; nothing is folded from now on but here.</summary>
    public void Begin()
    {
        raw.sqlite3_wal_autocheckpoint(connection.Handle, 0);
        LimitTo(Least);
    }

    /// <summary>After a commit.</summary>
    public void Committed()
    {
        raw.sqlite3_db_status(connection.Handle, PagesWritten, out int pages, out _, 1);
        _written += pages;
        if (_written < _due) return;
        long began = time.GetTimestamp();
        (bool whole, int log) = Fold();
        _written = 0;
        // Where somebody reads, the log goes on behind what is folded, instead of from its begin: soon tried again.
        if (!whole || log > 2L * Limit)
        {
            _due = Least;
            return;
        }
        LimitTo(Next(time.GetElapsedTime(began), time.GetElapsedTime(_folded, began)));
        _due = Limit;
        _folded = began;
    }

    /// <summary>After a commit that the full disk did not take: what a long log holds is room that can be used again. A short one is left alone: with its few free pages small writes would go on where punches do not.</summary>
    public void Full()
    {
        if (Limit <= Least) return;
        LimitTo(Least);
        Fold();
        _written = 0;
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
            return freeBytes() / ShareOfFree / FrameSize;
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
        raw.sqlite3_exec(connection.Handle, $"PRAGMA journal_size_limit={(long)pages * FrameSize}");
    }

    // What cannot be folded stays in the log, where it is durable, and is tried again.
    private (bool Whole, int Log) Fold()
    {
        int answer = raw.sqlite3_wal_checkpoint_v2(connection.Handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out int log, out int folded);
        return (answer == raw.SQLITE_OK && folded == log, log);
    }
}
