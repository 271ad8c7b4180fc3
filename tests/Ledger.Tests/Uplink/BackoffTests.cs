using CsCheck;
using Devices.Edge.Ledger.Uplink;

namespace Devices.Ledger.Tests.Uplink;

public sealed class BackoffTests
{
    [Fact]
    public void Waits_double_to_the_cap_within_half_to_whole() => Gen.Double[0, 0.999].Sample(random =>
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(120), () => random);
        for (int n = 0; n < 64; n++)
        {
            double whole = Math.Min(120, Math.Pow(2, n));
            double wait = backoff.Next().TotalSeconds;
            if (wait < whole / 2 - 0.001 || wait > whole + 0.001) return false;
        }
        backoff.Reset();
        return backoff.Next().TotalSeconds <= 1.001;
    });

    [Fact]
    public void A_thousand_terminals_do_not_come_back_together()
    {
        double[] waits = [.. Enumerable.Range(0, 1_000).Select(_ =>
        {
            var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(120));
            for (int i = 0; i < 6; i++) backoff.Next();
            return backoff.Next().TotalSeconds;
        })];
        // The seventh waits lie over 32 s; no second sees more than a tenth of them.
        waits.GroupBy(w => (int)w).Max(g => g.Count()).ShouldBeLessThan(100);
    }
}
