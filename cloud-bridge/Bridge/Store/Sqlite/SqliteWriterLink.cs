using Devices.Bridge.Store.Sql;
using Microsoft.Data.Sqlite;

namespace Devices.Bridge.Store.Sqlite;

/// <summary>An open file is never lost.</summary>
internal sealed class SqliteWriterLink(SqlSession session, SqliteCheckpointer checkpointer) : WriterLink
{
    public override SqlSession Session => session;

    public override void Committed() => checkpointer.Committed();

    public override void Refused(Exception fault)
    {
        if (fault is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL }) checkpointer.Full();
    }

    public override void End()
    {
        try
        {
            session.Script("PRAGMA wal_checkpoint(TRUNCATE);");
        }
        catch (SqliteException)
        {
            // The WAL stays and is read at the next start: nothing is lost by not folding it in now.
        }
        session.Dispose();
    }
}
