namespace Devices.Edge.Ledger.Uplink;

/// <summary>Exponential waits with jitter: the n-th lies between half and the whole of <c>first·2ⁿ⁻¹</c>, capped.</summary>
/// <param name="first">The first wait's upper end.</param>
/// <param name="cap">The longest wait.</param>
/// <param name="random">0 ≤ x &lt; 1; <see cref="Random.Shared"/> by default.</param>
public sealed class Backoff(TimeSpan first, TimeSpan cap, Func<double>? random = null)
{
    private readonly Func<double> _random = random ?? Random.Shared.NextDouble;
    private int _failures;

    /// <summary>How often in a row <see cref="Next"/> was asked.</summary>
    public int Failures => _failures;

    /// <summary>The wait after one more failure.</summary>
    public TimeSpan Next()
    {
        double whole = Math.Min(cap.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(_failures, 30)));
        _failures++;
        return TimeSpan.FromMilliseconds(whole * (0.5 + _random() / 2));
    }

    /// <summary>It worked.</summary>
    public void Reset() => _failures = 0;
}
