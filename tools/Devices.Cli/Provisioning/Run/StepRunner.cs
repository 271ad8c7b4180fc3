using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Provisioning.Run;

/// <summary>Takes the steps one after another: each in its own time, each noted in the journal, and a fault with the side that it is on.</summary>
internal sealed class StepRunner(ProvisionJournal journal, Output output, CliHost host)
{
    /// <exception cref="CliException">The first step that failed.</exception>
    public async Task RunAsync(IReadOnlyList<Step> steps, CancellationToken cancellationToken)
    {
        for (int i = 0; i < steps.Count; i++)
        {
            Step step = steps[i];
            string mark = $"{i + 1}/{steps.Count} {step.Title}";
            if (step.IsDone())
            {
                output.Say($"{mark}: done before. {journal.Find(step.Name)?.Found}".TrimEnd());
                continue;
            }

            if (output.Interactive) output.Say($"{mark} … (at most {step.Limit.TotalSeconds:0} s)", Color.Grey);
            long began = host.Clock.GetTimestamp();
            try
            {
                string found = await InTimeAsync(step, cancellationToken);
                Note(step, found.StartsWith(Step.LeftOpen, StringComparison.Ordinal) ? "left-open" : "done", began, found);
                output.Say($"{mark}: {found}");
            }
            catch (CliException fault)
            {
                Side side = Sides.Of(fault.Code, step.Side);
                Note(step, "failed", began, fault.Message, fault.Code.Number);
                throw new CliException(fault.Code, $"Step {i + 1} of {steps.Count} ({step.Title}) failed on the side of {Sides.Word(side)}. {fault.Message}", fault.Remedy, fault.InnerException);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                Note(step, "stopped", began, "Stopped before its end.", ExitCodes.Interrupted.Number);
                throw;
            }
        }
    }

    private static async Task<string> InTimeAsync(Step step, CancellationToken cancellationToken)
    {
        if (step.AsksPerson) return await step.Work(cancellationToken);
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(step.Limit);
        try
        {
            return await step.Work(timer.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.StepTimeout, $"It did not end within {step.Limit.TotalSeconds:0} seconds.", inner: e);
        }
    }

    private void Note(Step step, string state, long began, string found, int? code = null) =>
        journal.Note(new(step.Name, step.Title, state, host.Clock.GetUtcNow(), Math.Round(host.Clock.GetElapsedTime(began).TotalSeconds, 1), found, code));
}
