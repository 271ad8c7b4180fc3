using Microsoft.Data.Sqlite;

namespace Devices.Edge.Ledger.Store;

/// <summary>The ledger's tables by numbered migrations. A migration that has shipped never changes; a new one is added.</summary>
internal static class LedgerSchema
{
    /// <summary>"DVLG": tells a ledger from any other SQLite file (PRAGMA application_id).</summary>
    public const int ApplicationId = 0x44564C47;

    // state is one row. acknowledged_*: the bridge's durable watermark. base_*: the place before the first row that is kept.
    // time_floor: latest known time; punches after floor_seq count too (an operator's reset leaves earlier ones out).
    // The triggers are a second lock behind the code's own: no statement, ours or a technician's, can quietly lose or alter a punch.
    private const string First = """
        CREATE TABLE state(
          only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
          terminal TEXT NOT NULL,
          ledger TEXT NOT NULL,
          created INTEGER NOT NULL,
          acknowledged INTEGER NOT NULL DEFAULT 0,
          base_through INTEGER NOT NULL DEFAULT 0,
          base_chain BLOB NOT NULL,
          time_floor INTEGER NOT NULL DEFAULT 0,
          floor_seq INTEGER NOT NULL DEFAULT 0,
          events_dropped INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE punch(
          seq INTEGER PRIMARY KEY,
          person TEXT NOT NULL,
          method INTEGER NOT NULL,
          direction INTEGER NOT NULL,
          score REAL, threshold REAL, liveness REAL,
          pack TEXT,
          photo BLOB,
          origin TEXT,
          wall INTEGER NOT NULL,
          monotonic INTEGER NOT NULL,
          boot TEXT NOT NULL,
          at INTEGER,
          clock INTEGER,
          uncertainty INTEGER,
          chain BLOB,
          CHECK ((chain IS NULL) = (at IS NULL) AND (chain IS NULL) = (clock IS NULL) AND (chain IS NULL) = (uncertainty IS NULL))
        );
        CREATE INDEX punch_person ON punch(person, seq);
        CREATE UNIQUE INDEX punch_origin ON punch(origin) WHERE origin IS NOT NULL;
        CREATE TABLE event(
          n INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE,
          kind TEXT NOT NULL,
          at INTEGER NOT NULL,
          text TEXT NOT NULL,
          security INTEGER NOT NULL
        );
        CREATE TRIGGER punch_in_order BEFORE INSERT ON punch
          WHEN NEW.seq <> coalesce((SELECT max(seq) FROM punch), (SELECT base_through FROM state)) + 1
          BEGIN SELECT raise(ABORT, 'punches are appended without gaps'); END;
        CREATE TRIGGER punch_sealed_stays BEFORE UPDATE ON punch
          WHEN OLD.chain IS NOT NULL
          BEGIN SELECT raise(ABORT, 'a sealed punch never changes'); END;
        CREATE TRIGGER punch_facts_stay BEFORE UPDATE OF seq, person, method, direction, score, threshold, liveness, pack, photo, origin, wall, monotonic, boot ON punch
          BEGIN SELECT raise(ABORT, 'what was recorded never changes'); END;
        CREATE TRIGGER punch_kept_until_acknowledged BEFORE DELETE ON punch
          WHEN OLD.seq > (SELECT acknowledged FROM state)
          BEGIN SELECT raise(ABORT, 'a punch that the bridge has not acknowledged is never deleted'); END;
        CREATE TRIGGER state_stays BEFORE DELETE ON state
          BEGIN SELECT raise(ABORT, 'the ledger keeps its identity'); END;
        CREATE TRIGGER identity_stays BEFORE UPDATE OF terminal, ledger, created ON state
          BEGIN SELECT raise(ABORT, 'the ledger keeps its identity'); END;
        """;

    /// <summary>
    /// How unsure a held punch's own moment is, until it is sealed. A table beside the others and no migration: a program that does not know it goes on with the file, as
    /// after a rollback of an update.
    /// </summary>
    public const string Moments = "CREATE TABLE IF NOT EXISTS moment(seq INTEGER PRIMARY KEY, uncertainty INTEGER NOT NULL)";

    private static readonly string[] Migrations = [First];

    /// <summary>The newest schema this program knows.</summary>
    public static int Newest => Migrations.Length;

    /// <summary>Brings <paramref name="connection"/> from <paramref name="version"/> to <see cref="Newest"/>, each step in one transaction.</summary>
    public static void Migrate(SqliteConnection connection, int version, Action<SqliteConnection> afterFirst)
    {
        for (int step = version; step < Migrations.Length; step++)
        {
            connection.Execute("BEGIN IMMEDIATE");
            try
            {
                connection.Execute(Migrations[step]);
                if (step == 0)
                {
                    connection.Execute($"PRAGMA application_id = {ApplicationId}");
                    afterFirst(connection);
                }
                connection.Execute($"PRAGMA user_version = {step + 1}");
                connection.Execute("COMMIT");
            }
            catch
            {
                connection.TryRollback();
                throw;
            }
        }
    }
}
