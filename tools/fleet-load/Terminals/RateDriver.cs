using System.Diagnostics;

namespace Devices.FleetLoad.Terminals;

/// <summary>Makes punches at chosen terminals at a rate that may change with time; never waits for the bridge.</summary>
internal sealed class RateDriver(Crowd crowd, int seed)
{
    private readonly Random _dice = new(seed);

    /// <param name="due">How many punches are due in all, that many seconds after the begin.</param>
    /// <param name="among">Indexes of the terminals that punch; null for all.</param>
    public async Task<long> RunAsync(TimeSpan length, Func<double, double> due, IReadOnlyList<int>? among = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long made = 0;
        while (true)
        {
            double at = Math.Min(watch.Elapsed.TotalSeconds, length.TotalSeconds);
            for (long wanted = (long)due(at); made < wanted; made++)
                crowd.Terminals[among is null ? _dice.Next(crowd.Terminals.Count) : among[_dice.Next(among.Count)]].Punch();
            if (at >= length.TotalSeconds) return made;
            await Task.Delay(5);
        }
    }

    public Task<long> RunAsync(TimeSpan length, int rate) => RunAsync(length, seconds => seconds * rate);
}
