using System.Diagnostics;

namespace Devices.Edge.Agent.Tests.Support;

/// <summary>Polls for a condition with a deadline.</summary>
internal static class Until
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    public static async Task True(Func<bool> condition, string what, TimeSpan? limit = null)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(begin) > (limit ?? Limit)) throw new TimeoutException("Waited in vain for: " + what);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public static async Task<T> Some<T>(Func<Task<T?>> get, string what, TimeSpan? limit = null) where T : class
    {
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await get() is { } found) return found;
            if (Stopwatch.GetElapsedTime(begin) > (limit ?? Limit)) throw new TimeoutException("Waited in vain for: " + what);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
