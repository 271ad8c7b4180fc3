using System.Globalization;
using System.Runtime.CompilerServices;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;

namespace Devices.Ledger.Tests.Support;

/// <summary>
/// This test program as a process of its own that appends punches and tells what the kernel counted meanwhile: nothing else writes in it.
/// Prints "WRITTEN ON_DISK" in bytes: what it handed to <c>write</c> calls (proc(5), <c>wchar</c>), and what went towards a block device
/// (<c>write_bytes</c>; 0 on a file system in memory).
/// </summary>
internal static class WearChild
{
    public const string Variable = "LEDGER_TESTS_WEAR";
    public const int Punches = 1_024;

    [ModuleInitializer]
    public static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } path) return;
        using (LedgerStore ledger = LedgerStore.Open(new() { Path = path, Terminal = "m2-001", ReserveBytes = 0 }, "boot-1"))
        {
            // A ledger that has been in use for a while, and past the first return of the journal into the file.
            Append(ledger, 2_000);
            (long written, long disk) before = Count();
            Append(ledger, Punches);
            (long written, long disk) after = Count();
            Console.Out.Write(string.Create(CultureInfo.InvariantCulture, $"{after.written - before.written} {after.disk - before.disk}"));
        }
        Console.Out.Flush();
        Environment.Exit(0);
    }

    private static void Append(LedgerStore ledger, int count)
    {
        for (long i = ledger.LastSeq, end = i + count; i < end; i++)
            _ = (AppendResult.Recorded)ledger.Append(i % 2 == 0 ? Drafts.Face("user-" + i * 7919 % 5_003) : Drafts.Card("user-" + i * 7919 % 5_003, "mcu-0123456789ab/" + i), ClockReading.Known(Board.Start + i * 1_000, i * 1_000, "boot-1", 12));
    }

    private static (long Written, long Disk) Count()
    {
        Dictionary<string, long> lines = File.ReadLines("/proc/self/io").Select(l => l.Split(": ")).ToDictionary(p => p[0], p => long.Parse(p[1], CultureInfo.InvariantCulture));
        return (lines["wchar"], lines["write_bytes"]);
    }
}
