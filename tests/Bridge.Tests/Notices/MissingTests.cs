using System.Text;
using Devices.Bridge.Notices;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using NodaTime;

namespace Devices.Bridge.Tests.Notices;

/// <summary>Managers are told, once, who of their department has not punched some minutes after the shift began.</summary>
public sealed class MissingTests
{
    private static readonly DateTimeZone Zone = DateTimeZoneProviders.Tzdb["Asia/Shanghai"];

    // A shift that began twenty minutes ago, every day of the week.
    private static string Shift(int minutesAgo)
    {
        LocalTime start = SystemClock.Instance.GetCurrentInstant().InZone(Zone).PlusMinutes(-minutesAgo).TimeOfDay;
        return $"{start.ToString("HH:mm", null)}-{start.PlusHours(8).ToString("HH:mm", null)}";
    }

    private static string[] Settings(int shiftAgo) =>
    [
        $"--Bridge:Site:Shift={Shift(shiftAgo)}", "--Bridge:Site:WorkDays=1-7", "--Bridge:Notices:MissingMinutes=10",
        "--Bridge:Notices:Managers:0:Department=3", "--Bridge:Notices:Managers:0:Recipients=alan, ada", "--Bridge:Notices:Managers:1:Department=0", "--Bridge:Notices:Managers:1:Recipients=ada",
    ];

    [Fact]
    public async Task Each_manager_gets_the_names_of_the_department_once_a_day_also_over_a_restart()
    {
        // Nothing is due while the roster is still empty: the shift begins later than the first look.
        await using NoticeBench bench = await NoticeBench.StartAsync(["--Bridge:Notices:MissingMinutes=0"]);
        await bench.Bench.AppendAsync(bench.Ledger, bench.Ledger.Next("grace", Bench.Now(0)));
        await bench.Bench.CloseAsync();
        bench.Bench.Set(Settings(20));
        await bench.Bench.OpenAsync();
        for (int i = 0; i < 3; i++) await bench.LookAsync();
        IReadOnlyList<(string Person, string Text)> got = await bench.GotAsync();
        got.Count.ShouldBe(3);
        // Compilers are grace and 007; everybody is four.
        got.Where(g => g.Text.Contains("Compilers", StringComparison.Ordinal)).Select(g => g.Person).ShouldBe(["ada", "alan"], ignoreOrder: true);
        got.First(g => g.Text.Contains("Compilers", StringComparison.Ordinal)).Text.ShouldEndWith("Compilers: 1 of 2 have not punched yet: Person 007");
        got.Single(g => g.Text.Contains("everybody", StringComparison.Ordinal)).Text.ShouldEndWith("3 of 4 have not punched yet: Ada Lovelace, Alan Turing, Person 007");

        await bench.Bench.CloseAsync();
        await bench.Bench.OpenAsync();
        for (int i = 0; i < 2; i++) await bench.LookAsync();
        (await bench.GotAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_terminal_that_is_away_is_said_since_its_punches_may_be_on_their_way()
    {
        await using NoticeBench bench = await NoticeBench.StartAsync(["--Bridge:Notices:MissingMinutes=0"]);
        await bench.Bench.Get<Devices.Bridge.Store.Sql.SqlDatabase>().WriteAsync(s => s.Execute("INSERT INTO terminals (name, created_at, last_seen_at) VALUES ('gate', 0, 1)"));
        await bench.Bench.CloseAsync();
        bench.Bench.Set(Settings(20));
        await bench.Bench.OpenAsync();
        await bench.LookAsync();
        (await bench.GotAsync()).ShouldAllBe(g => g.Text.EndsWith("(offline, so punches may be on their way: gate)", StringComparison.Ordinal));
        (await bench.GotAsync()).Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(200)]
    public async Task Before_the_minutes_are_over_and_long_after_them_nobody_is_told(int shiftAgo)
    {
        await using NoticeBench bench = await NoticeBench.StartAsync(Settings(shiftAgo));
        await bench.LookAsync();
        (await bench.Store.NoticesAsync(10)).ShouldBeEmpty();
    }

    [Fact]
    public void A_long_list_is_cut_to_the_platforms_size_with_the_number_of_the_rest()
    {
        string[] names = [.. Enumerable.Range(0, 500).Select(i => $"欧阳{i}")];
        foreach (string language in (string[])["zh-Hans", "en"])
        {
            string text = NoticeText.OfMissing(new LocalDate(2026, 11, 26), new LocalTime(9, 0), "研发部", 600, names, ["gate"], language);
            NoticeText.Fits(text).ShouldBeTrue();
            text.ShouldContain("欧阳0");
            text.ShouldContain("500");
            text.ShouldContain("gate");
            Encoding.UTF8.GetByteCount(text).ShouldBeLessThan(NoticeText.MostBytes);
        }

        NoticeText.OfMissing(new LocalDate(2026, 11, 26), new LocalTime(9, 0), "Lab", 2, ["Ada"], [], "en").ShouldBe("2026-11-26, shift 09:00, Lab: 1 of 2 have not punched yet: Ada");
    }
}
