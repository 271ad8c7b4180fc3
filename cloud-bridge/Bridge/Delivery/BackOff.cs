using System.Security.Cryptography;

namespace Devices.Bridge.Delivery;

/// <summary>Growing waits with jitter, so that many punches refused at one moment do not come back at one moment.</summary>
public static class BackOff
{
    /// <summary>Between half and the whole of <paramref name="first"/> × 4^(<paramref name="attempt"/> − 1), at most <paramref name="longest"/>.</summary>
    /// <param name="attempt">From 1.</param>
    public static TimeSpan After(int attempt, double first, double longest)
    {
        double whole = Math.Min(longest, first * Math.Pow(4, Math.Clamp(attempt - 1, 0, 20)));
        double share = 0.5 + (RandomNumberGenerator.GetInt32(0, 5001) / 10_000.0);
        return TimeSpan.FromSeconds(whole * share);
    }
}
