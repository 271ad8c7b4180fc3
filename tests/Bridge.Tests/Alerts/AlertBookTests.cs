using System.Text.Json;
using Devices.Bridge.Alerts;
using NodaTime;

namespace Devices.Bridge.Tests.Alerts;

public sealed class AlertBookTests
{
    private static readonly TimeSpan Repeat = TimeSpan.FromHours(12);
    private static readonly Alert Offline = new("offline|m2-001", AlertRank.Normal, "Terminal m2-001 has been offline.");
    private static readonly Alert Fork = new("exception|ingest|fork", AlertRank.Urgent, "A fork.");
    private static readonly Alert Tamper = new("event|m2-001|tamper", AlertRank.Urgent, "The case was opened.", Momentary: true);

    private static ZonedDateTime At(int hour, int day = 2) => new LocalDateTime(2026, 3, day, hour, 0).InZoneStrictly(DateTimeZoneProviders.Tzdb["Asia/Shanghai"]);

    private static AlertBook.Outgoing? Compose(AlertBook book, ZonedDateTime now, bool urgentOnly, params Alert[] current) =>
        AlertMessage.Compose(book, current, now, Repeat, urgentOnly, AlertWords.Of("en"));

    private static AlertBook Told(AlertBook book, ZonedDateTime now, params Alert[] current) => (book with { Message = Compose(book, now, false, current) }).Sent();

    [Fact]
    public void What_lasts_is_told_once_and_again_after_the_repeat_time_and_its_end_once()
    {
        AlertBook book = Told(new(), At(8), Offline);
        Compose(book, At(9), false, Offline).ShouldBeNull();
        Compose(book, At(20), false, Offline)!.Text.ShouldContain("Still so");
        AlertBook.Outgoing over = Compose(book, At(10), false)!;
        over.Text.ShouldContain("**Over** Terminal m2-001");
        Compose((book with { Message = over }).Sent(), At(11), false).ShouldBeNull();
    }

    [Fact]
    public void In_quiet_hours_only_what_is_urgent_is_told_and_the_rest_afterwards()
    {
        AlertBook.Outgoing night = Compose(new(), At(23), true, Offline, Fork)!;
        night.Text.ShouldContain("A fork");
        night.Text.ShouldNotContain("offline");
        night.Title.ShouldStartWith("URGENT");
        Compose((new AlertBook() with { Message = night }).Sent(), At(7, 3), false, Offline, Fork)!.Text.ShouldContain("offline");
    }

    [Fact]
    public void What_only_happened_has_no_end_and_may_happen_again()
    {
        AlertBook book = Told(new(), At(8), Tamper);
        Compose(book, At(9), false, Tamper).ShouldBeNull("it is the same");
        Compose(book, At(9), false).ShouldBeNull("no end is told");
        Compose(book.WithoutPast([]), At(12), false, Tamper)!.Text.ShouldContain("New");
    }

    [Fact]
    public void Many_are_one_message_with_the_urgent_first_and_a_count_of_the_rest()
    {
        Alert[] many = [.. Enumerable.Range(1, 40).Select(i => new Alert($"offline|t{i}", AlertRank.Normal, $"Terminal t{i} is away.")), Fork];
        string text = Compose(new(), At(8), false, many)!.Text;
        text.IndexOf("A fork", StringComparison.Ordinal).ShouldBeLessThan(text.IndexOf("t1 ", StringComparison.Ordinal));
        text.ShouldContain("and 11 more");
        text.ShouldContain("2026-03-02 08:00:00 +08:00");
    }

    [Fact]
    public void A_terminals_text_cannot_become_a_link_or_a_mention()
    {
        string text = Compose(new(), At(8), false, new Alert("x", AlertRank.Normal, "# see [here](http://x) @all\nnew line"))!.Text;
        text.ShouldContain(@"\# see \[here\]\(http://x\) ＠all new line");
    }

    [Fact]
    public void The_book_survives_being_kept_as_text()
    {
        AlertBook book = Told(new(), At(8), Offline) with { Message = Compose(new(), At(9), false, Fork) };
        AlertBook read = JsonSerializer.Deserialize<AlertBook>(JsonSerializer.Serialize(book))!;
        read.Told.ShouldBe(book.Told);
        read.Message!.Id.ShouldBe(book.Message!.Id);
        read.Sent().Told.Keys.ShouldBe([Offline.Cause, Fork.Cause], ignoreOrder: true);
    }

    [Theory]
    [InlineData("22:00-07:00", "23:30", true)]
    [InlineData("22:00-07:00", "06:59", true)]
    [InlineData("22:00-07:00", "07:00", false)]
    [InlineData("12:00-13:00", "12:30", true)]
    [InlineData("12:00-13:00", "13:00", false)]
    public void Quiet_hours_may_go_over_midnight(string hours, string time, bool quiet)
    {
        QuietHours.TryParse(hours, out QuietHours parsed).ShouldBeTrue();
        parsed.Contains(NodaTime.Text.LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(time).Value).ShouldBe(quiet);
    }

    [Theory]
    [InlineData("22-7")]
    [InlineData("22:00")]
    [InlineData("25:00-07:00")]
    [InlineData("07:00-07:00")]
    public void Hours_that_are_none_are_refused(string text) => QuietHours.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void The_signature_is_what_openssl_says() =>
        // printf '1577262236757\nSECtest' | openssl dgst -sha256 -hmac SECtest -binary | base64
        RobotSignature.Of("SECtest", 1577262236757).ShouldBe("Za/ne6w2koB8B4ROVlgTNd/X+/FbyDpZrXLz57xNZSA=");
}
