using System.Diagnostics;

namespace Devices.Ledger.Tests.Support;

internal static class Wait
{
    /// <summary>Polls until the condition holds; fails with a sentence after the deadline.</summary>
    public static async Task Until(Func<bool> condition, string what, int seconds = 60)
    {
        var time = Stopwatch.StartNew();
        while (!condition())
        {
            if (time.Elapsed.TotalSeconds > seconds) throw new TimeoutException($"Waited {seconds} s in vain: {what}.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
