using System.Runtime.CompilerServices;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;

namespace Devices.Ledger.Tests.Support;

/// <summary>
/// This test program as a second process: with the variable set it opens the ledger it names, appends for ever and prints each seq
/// after Append returned it. Runs before the test runner's Main, and never returns.
/// </summary>
internal static class Child
{
    public const string Variable = "LEDGER_TESTS_CHILD";

    [ModuleInitializer]
    public static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } path) return;
        using Stream output = Console.OpenStandardOutput();
        try
        {
            using LedgerStore ledger = LedgerStore.Open(new() { Path = path, Terminal = "m2-001", ReserveBytes = 0 }, "boot-1");
            for (long i = ledger.LastSeq; ; i++)
            {
                // Every fourth is held, so that the kill falls between append and seal too.
                ClockReading reading = i % 4 == 0 ? ClockReading.Unknown(1_700_000_000_000 + i, i, "boot-1") : ClockReading.Known(1_700_000_000_000 + i, i, "boot-1");
                long seq = ((AppendResult.Recorded)ledger.Append(Drafts.Card("u-" + i % 50, "entry-" + i), reading)).Seq;
                output.Write(System.Text.Encoding.ASCII.GetBytes(seq + "\n"));
                output.Flush();
            }
        }
        catch (LedgerException fault)
        {
            output.Write(System.Text.Encoding.UTF8.GetBytes($"{fault.Fault}: {fault.Message}\n"));
            output.Flush();
            Environment.Exit(3);
        }
    }
}
