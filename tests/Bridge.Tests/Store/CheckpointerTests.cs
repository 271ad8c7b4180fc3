using System.Diagnostics;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;
using Microsoft.Data.Sqlite;

namespace Devices.Bridge.Tests.Store;

/// <summary>When the write-ahead log is folded into the database's file, and how long it may be: with real files, and a clock that says how long a fold took.</summary>
public sealed class CheckpointerTests
{
    private const long Plenty = 1L << 40;
    private const long Frame = 4_096 + 24;

    [Fact]
    public void Under_load_a_quick_disk_gets_a_longer_log_up_to_256_MiB_and_no_commit_is_missing()
    {
        using Store store = new(Plenty);
        List<int> limits = [];
        while (store.Checkpointer.Limit < SqliteCheckpointer.Most && limits.Count < 200)
        {
            store.Write(store.Checkpointer.Limit);
            if (limits.LastOrDefault() != store.Checkpointer.Limit) limits.Add(store.Checkpointer.Limit);
        }
        limits.ShouldBe([4_096, 8_192, 16_384, 32_768, 65_536]);
        store.LogLength.ShouldBeLessThan(SqliteCheckpointer.Most * Frame, "what is folded is written over");
        store.Rows().ShouldBe(store.Written);
    }

    [Fact]
    public void A_disk_that_folds_slowly_gets_a_shorter_log_and_its_file_is_cut()
    {
        using Store store = new(Plenty);
        while (store.Checkpointer.Limit < 16_384) store.Write(store.Checkpointer.Limit);
        store.Write(15_000);
        store.LogLength.ShouldBeGreaterThan(14_000 * Frame);

        store.Clock.FoldTakes = SqliteCheckpointer.Slow + TimeSpan.FromSeconds(1);
        for (int i = 0; i < 6 && store.Checkpointer.Limit > SqliteCheckpointer.Least; i++) store.Write(store.Checkpointer.Limit + 100);
        store.Checkpointer.Limit.ShouldBe(SqliteCheckpointer.Least);
        store.Write(10);
        store.LogLength.ShouldBeLessThanOrEqualTo(SqliteCheckpointer.Least * Frame + 64);
        store.Rows().ShouldBe(store.Written);
    }

    [Fact]
    public void In_quiet_times_the_log_becomes_short_again()
    {
        using Store store = new(Plenty);
        while (store.Checkpointer.Limit < 8_192) store.Write(store.Checkpointer.Limit);
        store.Clock.Pass(SqliteCheckpointer.Quiet + TimeSpan.FromSeconds(1));
        store.Write(8_300);
        store.Checkpointer.Limit.ShouldBe(4_096);
        store.Clock.Pass(TimeSpan.FromMinutes(2)); // neither busy nor quiet: as it is
        store.Write(4_200);
        store.Checkpointer.Limit.ShouldBe(4_096);
    }

    [Fact]
    public void The_log_takes_a_small_part_of_the_free_space_and_8_MiB_where_nobody_can_tell_it()
    {
        using Store store = new(32L * 10_000 * Frame);
        for (int i = 0; i < 8; i++) store.Write(store.Checkpointer.Limit);
        store.Checkpointer.Limit.ShouldBe(10_000);
        store.Free = () => throw new IOException("the disk does not answer");
        store.Write(10_100);
        store.Checkpointer.Limit.ShouldBe(SqliteCheckpointer.Least);
        store.Rows().ShouldBe(store.Written);
    }

    [Fact]
    public void While_somebody_reads_an_older_state_nothing_is_lost_and_the_log_is_short_again_soon_after()
    {
        using Store store = new(Plenty);
        using (SqliteConnection reader = store.Open())
        {
            using SqliteTransaction old = reader.BeginTransaction(deferred: true);
            long seen = Store.Count(reader, old);
            for (int i = 0; i < 4; i++) store.Write(SqliteCheckpointer.Least + 10);
            store.LogLength.ShouldBeGreaterThan(4 * SqliteCheckpointer.Least * Frame, "the reader's state is kept");
            store.Checkpointer.Limit.ShouldBe(SqliteCheckpointer.Least);
            Store.Count(reader, old).ShouldBe(seen);
        }
        store.Write(SqliteCheckpointer.Least + 10);
        store.Write(10);
        store.LogLength.ShouldBeLessThanOrEqualTo(store.Checkpointer.Limit * Frame + 64);
        store.Rows().ShouldBe(store.Written);
    }

    [Fact]
    public async Task Somebody_who_reads_while_it_is_folded_and_not_for_long_does_not_make_the_log_longer()
    {
        using Store store = new(0);
        for (int i = 0; i < 3; i++)
        {
            using SemaphoreSlim folds = new(0);
            store.Write(SqliteCheckpointer.Least - 500);
            SqliteConnection reader = store.Open();
            SqliteTransaction now = reader.BeginTransaction(deferred: true);
            Store.Count(reader, now).ShouldBe(store.Written);
            store.Clock.Looks = () => folds.Release();
            Task read = Task.Run(async () =>
            {
                await folds.WaitAsync(TimeSpan.FromSeconds(20));
                await Task.Delay(10);
                now.Dispose();
                reader.Dispose();
            });
            store.Write(600);
            store.Clock.Looks = null;
            await read;
            store.Write(10);
        }
        store.LogLength.ShouldBeLessThan((SqliteCheckpointer.Least + 1_000) * Frame);
        store.Rows().ShouldBe(store.Written);
    }

    [Fact]
    public void A_full_disk_gets_the_room_back_of_a_log_that_a_reader_made_long_once_he_is_gone()
    {
        OnASmallDisk(small =>
        {
            using Store store = new(0, small);
            // The file has the pages: only what it need not grow for can be folded on a full disk.
            store.Write(3_000, again: true);
            using (SqliteConnection reader = store.Open())
            {
                using SqliteTransaction old = reader.BeginTransaction(deferred: true);
                Store.Count(reader, old);
                store.Write(7_000, again: true);
            }
            store.Checkpointer.Limit.ShouldBe(SqliteCheckpointer.Least);
            store.LogLength.ShouldBeGreaterThan(6_500 * Frame);
            Fill(Path.Combine(small, "filler"));
            Should.Throw<SqliteException>(() => store.Write(2_000, again: true)).SqliteErrorCode.ShouldBe(SQLitePCL.raw.SQLITE_FULL);

            store.Refused();
            store.Write(200, again: true);
            store.LogLength.ShouldBeLessThanOrEqualTo(SqliteCheckpointer.Least * Frame + 64);
            store.Rows().ShouldBe(store.Written);
        });
    }

    [Fact]
    public void A_full_disk_gets_the_log_s_room_back_and_goes_on()
    {
        OnASmallDisk(small =>
        {
            // Told of room that is not there: as when other programs filled the disk since.
            using Store store = new(Plenty, small);
            while (store.Checkpointer.Limit < 8_192) store.Write(store.Checkpointer.Limit, again: true);
            store.Write(7_000, again: true);
            long log = store.LogLength;
            log.ShouldBeGreaterThan(6_500 * Frame);
            Fill(Path.Combine(small, "filler"));
            SqliteException full = Should.Throw<SqliteException>(() => store.Write(9_000, again: true));
            full.SqliteErrorCode.ShouldBe(SQLitePCL.raw.SQLITE_FULL);

            store.Refused();
            store.Write(200, again: true);
            store.LogLength.ShouldBeLessThanOrEqualTo(SqliteCheckpointer.Least * Frame + 64);
            store.Rows().ShouldBe(store.Written);
        });
    }

    private static void OnASmallDisk(Action<string> work)
    {
        using TempDirectory directory = new();
        string small = directory.File("small");
        Directory.CreateDirectory(small);
        if (!OperatingSystem.IsLinux() || Run("mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", small) != 0) Assert.Skip("A small disk can be mounted only by root on Linux.");
        try
        {
            work(small);
        }
        finally
        {
            Run("umount", "-l", small);
        }
    }

    private static void Fill(string file)
    {
        using FileStream rest = new(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true) rest.Write(new byte[4_096]);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static int Run(string program, params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Says that each fold takes as long as it is told: the checkpointer looks at it before and after one.</summary>
    private sealed class FoldClock : TimeProvider
    {
        private long _now = TimeSpan.TicksPerDay;
        private long _looked;

        public TimeSpan FoldTakes { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        /// <summary>Called at each look, at its begin.</summary>
        public Action? Looks { get; set; }

        public void Pass(TimeSpan time) => _now += time.Ticks;

        public override long GetTimestamp()
        {
            Looks?.Invoke();
            // At the start, then in pairs.
            if (_looked++ > 0 && _looked % 2 == 1) _now += FoldTakes.Ticks;
            return _now;
        }
    }

    private sealed class Store : IDisposable
    {
        private readonly TempDirectory _directory = new();
        private readonly SqliteConnection _writer;
        private readonly string _file;
        private int _next;

        public Store(long free, string? folder = null)
        {
            _file = Path.Combine(folder ?? _directory.File("."), "log.db");
            Free = () => free;
            _writer = Open();
            Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; CREATE TABLE pages (id INTEGER PRIMARY KEY, body BLOB NOT NULL)");
            Checkpointer = new(_writer, () => Free(), Clock);
        }

        public FoldClock Clock { get; } = new();

        public SqliteCheckpointer Checkpointer { get; }

        public Func<long> Free { get; set; }

        /// <summary>Rows that were committed.</summary>
        public long Written => _next;

        public long LogLength => new FileInfo(_file + "-wal").Length;

        public static long Count(SqliteConnection connection, SqliteTransaction? transaction = null)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "SELECT COALESCE(SUM(length(body)), 0) FROM pages";
            return (long)command.ExecuteScalar()! / 4_000;
        }

        public SqliteConnection Open()
        {
            SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = _file, Pooling = false }.ToString());
            connection.Open();
            return connection;
        }

        /// <summary>Commits of about so many pages, a row a page; <paramref name="again"/>: over the same thousand rows, so that the file does not grow.</summary>
        public void Write(int pages, bool again = false)
        {
            for (int rest = pages; rest > 0; rest -= 1_000) Commit(Math.Min(rest, 1_000), again);
        }

        public void Refused() => Checkpointer.Full();

        public long Rows()
        {
            using SqliteConnection connection = Open();
            return Count(connection);
        }

        public void Dispose()
        {
            _writer.Dispose();
            _directory.Dispose();
        }

        private void Commit(int rows, bool again)
        {
            int first = again ? 0 : _next;
            using (SqliteTransaction transaction = _writer.BeginTransaction())
            {
                using SqliteCommand command = _writer.CreateCommand();
                command.CommandText = "INSERT INTO pages (id, body) VALUES (@id, zeroblob(4000)) ON CONFLICT (id) DO UPDATE SET body = randomblob(4000)";
                SqliteParameter id = command.Parameters.Add("@id", SqliteType.Integer);
                for (int i = 0; i < rows; i++)
                {
                    id.Value = first + i;
                    command.ExecuteNonQuery();
                }
                transaction.Commit();
            }
            _next = Math.Max(_next, first + rows);
            Checkpointer.Committed();
        }

        private void Run(string sql)
        {
            using SqliteCommand command = _writer.CreateCommand();
#pragma warning disable CA2100 // A constant of this test.
            command.CommandText = sql;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }
    }
}
