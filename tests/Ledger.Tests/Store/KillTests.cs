using System.Diagnostics;
using Devices.Edge.Ledger.Store;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Store;

public sealed class KillTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void After_kill_9_every_punch_that_was_answered_is_there()
    {
        var random = new Random(7);
        long answered = 0;
        for (int round = 0; round < 8; round++)
        {
            using Process child = Start();
            int enough = random.Next(5, 60);
            // Printed lines are answers that a person saw; those still in the pipe when the kill falls count too.
            for (int i = 0; i < enough; i++) answered = long.Parse(child.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
            child.Kill();
            while (child.StandardOutput.ReadLine() is { } line)
                if (line.Length > 0) answered = long.Parse(line, System.Globalization.CultureInfo.InvariantCulture);
            child.WaitForExit(30_000).ShouldBeTrue();
            using (LedgerStore ledger = Drafts.Open(_folder))
            {
                // At most the one append whose answer was not printed yet is there beyond.
                ledger.LastSeq.ShouldBeInRange(answered, answered + 1);
                ledger.Range(1, int.MaxValue).Select(p => p.Seq).ShouldBe(Enumerable.Range(1, (int)ledger.LastSeq).Select(i => (long)i));
            }
            Drafts.Verify(_folder).Fault.ShouldBeNull();
        }
    }

    [Fact]
    public void A_second_writer_is_refused_with_a_sentence_and_a_reader_is_not()
    {
        using Process child = Start();
        child.StandardOutput.ReadLine().ShouldBe("1");
        LedgerException fault = Should.Throw<LedgerException>(() => Drafts.Open(_folder));
        fault.Fault.ShouldBe(LedgerFault.InUse);
        fault.Message.ShouldContain("another process");
        LedgerVerdict verdict = Drafts.Verify(_folder);
        verdict.Whole.ShouldBeTrue(verdict.Fault);
        verdict.LastSeq.ShouldBeGreaterThanOrEqualTo(1);
        child.Kill();
        child.WaitForExit(30_000).ShouldBeTrue();
        using LedgerStore after = Drafts.Open(_folder);
        after.LastSeq.ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public void A_second_writer_in_a_child_process_says_so_and_leaves()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        using Process child = Start();
        child.StandardOutput.ReadLine()!.ShouldStartWith("InUse: ");
        child.WaitForExit(30_000).ShouldBeTrue();
        child.ExitCode.ShouldBe(3);
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Ledger.Tests")) { RedirectStandardOutput = true };
        start.Environment[Child.Variable] = _folder.Ledger;
        return Process.Start(start)!;
    }
}
