using Devices.Cli.App;
using Devices.Edge.Ledger.Store;
using Spectre.Console;

namespace Devices.Cli.Ledger;

/// <summary><c>devices ledger verify FILE</c>: structure, gaps, and the whole chain recomputed from the ledger's id.</summary>
public sealed class LedgerVerifyCommand(IAnsiConsole console, CliHost host) : CliCommand<LedgerSettings>(console, host)
{
    /// <summary>The check without its words; also the doctor's.</summary>
    public static LedgerReport Check(string path) => LedgerFiles.Read(path, reader =>
    {
        LedgerVerdict verdict = reader.Verify();
        return new LedgerReport(path, reader.Terminal, reader.LedgerId, verdict.Whole, verdict.Rows, verdict.Rows - verdict.Held, verdict.Held, verdict.LastSeq,
            verdict.Through, verdict.Chain, reader.Acknowledged, reader.TrimmedThrough, verdict.Whole ? null : verdict.Through + 1, verdict.Fault);
    });

    protected override Task<ExitCode> RunAsync(LedgerSettings settings, Output output, CancellationToken cancellationToken)
    {
        LedgerReport report = Check(Path.GetFullPath(settings.File, Host.WorkingDirectory));
        output.Json(report, CliJson.Default.LedgerReport);
        output.Say($"Ledger {report.Ledger} of terminal {report.Terminal}: {report.Rows} punches ({report.Sealed} sealed, {report.Held} held), last {report.LastSeq}, acknowledged by the bridge through {report.Acknowledged}.");
        if (report.TrimmedThrough > 0) output.Say($"Punches 1 to {report.TrimmedThrough} were acknowledged and trimmed; the chain is checked from there.");
        if (report.Whole)
        {
            output.Say($"The chain holds through punch {report.Through} ({report.Chain[..16]}…): none missing, none altered.", Color.Green);
            return Task.FromResult(ExitCodes.Ok);
        }

        if (!output.IsJson)
            output.Fault(new CliException(ExitCodes.LedgerFaulty, $"The first fault is at punch {report.FirstFaulty}: {report.Fault} Up to punch {report.Through} everything holds."));
        return Task.FromResult(ExitCodes.LedgerFaulty);
    }
}
