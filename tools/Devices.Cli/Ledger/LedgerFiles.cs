using Devices.Cli.App;
using Devices.Edge.Ledger.Store;
using Microsoft.Data.Sqlite;

namespace Devices.Cli.Ledger;

/// <summary>Opens a ledger read-only and turns its refusals into exit codes.</summary>
public static class LedgerFiles
{
    /// <summary>Runs <paramref name="read"/> over the open ledger; faults while reading are explained too.</summary>
    public static T Read<T>(string path, Func<LedgerReader, T> read)
    {
        try
        {
            using LedgerReader reader = LedgerReader.Open(path);
            return read(reader);
        }
        catch (LedgerException e)
        {
            throw new CliException(e.Fault switch
            {
                LedgerFault.Missing => ExitCodes.LedgerMissing,
                LedgerFault.DiskFull => ExitCodes.DiskFull,
                LedgerFault.InUse => ExitCodes.Busy,
                _ => ExitCodes.LedgerUnreadable,
            }, e.Message, inner: e);
        }
        catch (SqliteException e)
        {
            throw new CliException(ExitCodes.LedgerUnreadable, $"The ledger {path} cannot be read to its end: {e.Message}", inner: e);
        }
    }
}
