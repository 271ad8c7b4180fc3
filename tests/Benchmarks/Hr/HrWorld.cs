using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Devices.Benchmarks.Hr;

/// <summary>What a seeded store holds, as far as addresses need it: found by asking the bridge, so that stores of any size are asked for what they have.</summary>
/// <param name="Days">How many days there are.</param>
/// <param name="Busy">Days on which everybody comes.</param>
/// <param name="Punches">About how many punches.</param>
/// <param name="Wall">Address of a wall board with names, and of one without.</param>
internal sealed record HrWorld(DateOnly End, int Days, IReadOnlyList<DateOnly> Busy, long Punches, IReadOnlyList<string> Details, IReadOnlyList<string> Wall)
{
    public static async Task<HrWorld> AskAsync(HrBridge bridge, DateOnly end)
    {
        JsonElement first = (await FeedAsync(bridge, 0, 1))[0];
        DateOnly begin = DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(first.GetProperty("at").GetInt64()).ToOffset(TimeSpan.FromHours(8)).DateTime);
        long punches = 1;
        while ((await FeedAsync(bridge, punches, 1)).Count > 0) punches *= 2;
        for (long step = punches / 4; step > 1000; step /= 2) punches += (await FeedAsync(bridge, punches - step, 1)).Count == 0 ? -step : 0;
        List<string> details = [];
        for (int i = 1; i <= 20; i++)
            details.AddRange((await FeedAsync(bridge, punches * i / 22, 1)).Select(p => $"/punches/{p.GetProperty("terminal").GetString()}/{p.GetProperty("ledger").GetString()}/{p.GetProperty("seq").GetInt64()}"));
        int days = end.DayNumber - begin.DayNumber + 1;
        // As tools/Seed makes them: the first working day of a month.
        List<DateOnly> busy = [.. Enumerable.Range(1, days - 2).Select(i => end.AddDays(-i))
            .Where(d => d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && (d.Day == 1 || (d.Day <= 3 && d.DayOfWeek == DayOfWeek.Monday))).Take(12)];
        return new(end, days, busy, punches, details, [await bridge.WallAsync(names: true), await bridge.WallAsync(names: false)]);
    }

    private static async Task<List<JsonElement>> FeedAsync(HrBridge bridge, long after, int limit)
    {
        JsonElement feed = await bridge.Http.GetFromJsonAsync<JsonElement>(string.Create(CultureInfo.InvariantCulture, $"/api/v1/punches?after={after}&limit={limit}"));
        return [.. feed.GetProperty("punches").EnumerateArray()];
    }
}
