using System.Diagnostics;
using Devices.Cli.App;
using Devices.Cli.Flash.Serial;
using Spectre.Console;

namespace Devices.Cli.Flash;

/// <summary>Runs one piece of work on one or several boards at once, with progress and one result a board.</summary>
internal sealed class BoardRun(BoardSettings settings, Output output)
{
    /// <summary>The work on one board: session, its progress, and what it has to tell beside the chip's own facts.</summary>
    public delegate BoardOutcome Work(FlashSession session, Action<FlashProgress> progress, CancellationToken cancellationToken);

    /// <summary>What the work did, for the report.</summary>
    public sealed record BoardOutcome(long? Written = null, long? Skipped = null, int? Retries = null, string? Says = null);

    /// <returns>The exit code of the run: success, the one fault there was, or that not all boards went well.</returns>
    public async Task<ExitCode> RunAsync(Work work, CancellationToken cancellationToken)
    {
        List<string> ports = BoardChoice.Ports(settings, output);
        List<(BoardReport Report, CliException? Fault)> results = output.Interactive
            ? await output.Console.Progress().AutoClear(false)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
                .StartAsync(progress => AllAsync(ports, work, port => new Shown(progress.AddTask(Markup.Escape(port))), cancellationToken))
            : await AllAsync(ports, work, static _ => null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();

        List<CliException> faults = [.. results.Where(one => one.Fault is not null).Select(one => one.Fault!)];
        // One board: the fault is the command's own. Several: each has its line, and the run its own code.
        if (faults.Count > 0 && ports.Count == 1) throw faults[0];
        foreach ((BoardReport report, CliException? fault) in results)
        {
            if (fault is null) continue;
            output.Say($"{report.Port}: error {fault.Code.Number} ({fault.Code.Name}): {fault.Message}", Color.Red);
            output.Say($"{report.Port}: {fault.Remedy}");
        }

        output.Json(new FlashReport(faults.Count == 0, [.. results.Select(one => one.Report)]), CliJson.Default.FlashReport);
        if (faults.Count == 0) return ExitCodes.Ok;
        output.Say($"{ports.Count - faults.Count} of {ports.Count} boards went well.", Color.Red);
        return ExitCodes.NotAllBoards;
    }

    private async Task<List<(BoardReport, CliException?)>> AllAsync(List<string> ports, Work work, Func<string, Shown?> show, CancellationToken cancellationToken) =>
        [.. await Task.WhenAll(ports.Select(port => (port, shown: show(port))).Select(one => Task.Run(() => One(one.port, work, one.shown, cancellationToken), CancellationToken.None)))];

    private (BoardReport, CliException?) One(string port, Work work, Shown? shown, CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        FlashSession? session = null;
        try
        {
            session = FlashSession.Open(SerialPorts.Open(port, Rom.RomConnector.StartBaud), settings.Baud, BoardChoice.FlashBytes(settings), cancellationToken);
            shown?.Name($"{port} {session.Chip.Name}");
            BoardOutcome outcome = work(session, progress => shown?.Set(progress), cancellationToken);
            shown?.End();
            if (outcome.Says is { } sentence) output.Say($"{port}: {sentence}");
            return (Report(port, session, outcome, watch, null), null);
        }
        catch (OperationCanceledException)
        {
            shown?.End();
            CliException stopped = new(ExitCodes.Interrupted, $"{port}: stopped before the end; the chip is in its loader and its flash is not complete.");
            return (Report(port, session, null, watch, stopped), stopped);
        }
        catch (Exception fault)
        {
            shown?.End();
            CliException explained = FlashFaults.Explain(fault);
            return (Report(port, session, null, watch, explained), explained);
        }
        finally
        {
            session?.Dispose();
        }
    }

    private static BoardReport Report(string port, FlashSession? session, BoardOutcome? outcome, Stopwatch watch, CliException? fault) => new(
        port, fault is null, session?.Chip.Name, session?.Mac is { Length: > 0 } mac ? mac : null, session?.FlashBytes, session?.Baud,
        outcome?.Written, outcome?.Skipped, outcome?.Retries, Math.Round(watch.Elapsed.TotalSeconds, 1),
        fault is null ? null : new(fault.Code.Number, fault.Code.Name, fault.Message, fault.Remedy));

    private sealed class Shown(ProgressTask task)
    {
        public void Name(string name) => task.Description = Markup.Escape(name);

        public void Set(FlashProgress progress)
        {
            task.MaxValue = progress.Total;
            task.Value = progress.Done;
        }

        public void End() => task.StopTask();
    }
}
