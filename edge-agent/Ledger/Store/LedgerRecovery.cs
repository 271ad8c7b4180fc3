namespace Devices.Edge.Ledger.Store;

/// <summary>What a host does with a ledger that cannot be opened, so that people can go on punching: it is kept, never deleted.</summary>
public static class LedgerRecovery
{
    /// <summary>Renames the ledger and its journal to <c>{name}.set-aside-{stamp}…</c> beside it; the next open begins a new ledger with a new id.</summary>
    /// <param name="path">The ledger's file.</param>
    /// <param name="stamp">Makes the name unique; by default the system's time.</param>
    /// <returns>The new name of the ledger's file.</returns>
    public static string SetAside(string path, string? stamp = null)
    {
        stamp ??= DateTimeOffset.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        string target = $"{path}.set-aside-{stamp}";
        for (int i = 2; File.Exists(target) || File.Exists(target + "-wal"); i++) target = $"{path}.set-aside-{stamp}-{i}";
        using LedgerLock held = LedgerLock.Take(path);
        // The journal first: were power lost between, the ledger's file would still stand there to be found without a fresh journal.
        foreach (string suffix in new[] { "-wal", "-shm", "" })
            if (File.Exists(path + suffix)) File.Move(path + suffix, target + suffix);
        return target;
    }
}
