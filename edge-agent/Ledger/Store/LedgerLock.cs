namespace Devices.Edge.Ledger.Store;

/// <summary>
/// One writer a ledger: an flock(2) on <c>{path}.lock</c>, which the kernel releases when the process ends, however it ends. Not
/// SQLite's own exclusive mode, because that would shut out read-only tools while the agent runs.
/// </summary>
internal sealed class LedgerLock : IDisposable
{
    private readonly FileStream _file;

    private LedgerLock(FileStream file) => _file = file;

    public static LedgerLock Take(string ledgerPath)
    {
        try
        {
            return new(new FileStream(ledgerPath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new LedgerException(LedgerFault.Io, $"The ledger {ledgerPath} cannot be written by this user: {fault.Message}", fault);
        }
        catch (IOException fault) when (File.Exists(ledgerPath + ".lock"))
        {
            throw new LedgerException(LedgerFault.InUse, $"The ledger {ledgerPath} is being written by another process; stop that one (usually the agent) or open it read-only.", fault);
        }
        catch (IOException fault)
        {
            throw new LedgerException(LedgerFault.Io, $"The ledger {ledgerPath} cannot be opened: {fault.Message}", fault);
        }
    }

    public void Dispose() => _file.Dispose();
}
