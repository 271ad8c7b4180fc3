namespace Devices.Edge.Agent.Hosting;

/// <summary>
/// Contains the crashes of one part: what it throws is narrated once and the part is started again with back-off, while the others go on.
/// </summary>
public static class PartRunner
{
    /// <summary>Runs until cancelled; never throws.</summary>
    public static async Task RunAsync(string name, Func<CancellationToken, Task> part, Narration narration, TimeProvider time, CancellationToken cancellationToken)
    {
        TimeSpan pause = TimeSpan.FromSeconds(1);
        string? told = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            long begin = time.GetTimestamp();
            try
            {
                await part(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                if (time.GetElapsedTime(begin) > TimeSpan.FromMinutes(2)) pause = TimeSpan.FromSeconds(1);
                if (fault.Message != told) narration.Warn("agent", $"The {name} failed and is started again: {fault.Message}");
                told = fault.Message;
            }

            try
            {
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = TimeSpan.FromSeconds(Math.Min(pause.TotalSeconds * 2, 60));
        }
    }
}
