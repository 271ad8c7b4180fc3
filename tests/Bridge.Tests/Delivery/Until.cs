using System.Diagnostics;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>Waits by looking, with a deadline that only a broken program reaches.</summary>
internal static class Until
{
    public static async Task<T> Async<T>(Func<Task<T>> look, Func<T, bool> enough, string what, int seconds = 30)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            T seen = await look();
            if (enough(seen)) return seen;
            if (watch.Elapsed > TimeSpan.FromSeconds(seconds)) throw new TimeoutException($"Waited {seconds} s for {what}; last seen: {seen}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
