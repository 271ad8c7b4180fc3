using Devices.Bridge.Delivery;

namespace Devices.Bridge.Tests.Delivery;

public sealed class PlanningTests
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    [Fact]
    public void Lookups_stay_within_fifty_people_and_seven_days_and_cover_every_punch_once()
    {
        long start = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        List<DeliveryItem> items = [.. Enumerable.Range(0, 3000).Select(i => new DeliveryItem($"p{i % 130}", start + (i * 600_000L), "t", "t"))];

        var plan = LookupPlanner.Plan(items, i => i, 50, Week);

        plan.Sum(p => p.Items.Count).ShouldBe(items.Count);
        plan.SelectMany(p => p.Items).Distinct().Count().ShouldBe(items.Count);
        foreach (var (query, covered) in plan)
        {
            query.Persons.Count.ShouldBeLessThanOrEqualTo(50);
            (query.To - query.From).ShouldBeLessThanOrEqualTo((long)Week.TotalMilliseconds);
            covered.ShouldAllBe(i => query.Persons.Contains(i.Person) && i.At > query.From && i.At < query.To);
        }
    }

    [Fact]
    public void A_row_cut_to_the_second_is_ours_and_a_row_of_another_place_or_minute_is_not()
    {
        DeliveryItem item = new("ada", 1_780_000_002_345, "m2-001", "hq/m2-001");
        PlatformRecord Row(long at, string device = "hq/m2-001", string person = "ada") => new("1", person, at, device, null);

        RecordMatcher.Find(item, [Row(1_780_000_002_000)], _ => false).ShouldNotBeNull();
        RecordMatcher.Find(item, [Row(item.At / 60_000 * 60_000)], _ => false).ShouldNotBeNull("the platform may round to the minute");
        RecordMatcher.Find(item, [Row(item.At + 60_000)], _ => false).ShouldBeNull();
        RecordMatcher.Find(item, [Row(item.At, "annex/m2-002")], _ => false).ShouldBeNull();
        RecordMatcher.Find(item, [Row(item.At, person: "grace")], _ => false).ShouldBeNull();
        RecordMatcher.Find(item, [Row(item.At)], _ => true).ShouldBeNull("a row proves one punch only");
    }

    [Fact]
    public void Waits_grow_with_jitter_up_to_the_longest()
    {
        for (int attempt = 1; attempt < 40; attempt++)
        {
            double seconds = BackOff.After(attempt, 2, 900).TotalSeconds;
            double whole = Math.Min(900, 2 * Math.Pow(4, Math.Min(attempt - 1, 20)));
            seconds.ShouldBeInRange(whole * 0.49, whole * 1.01);
        }
    }
}
