using Devices.Cli.App;
using Spectre.Console.Testing;

namespace Devices.Cli.Tests;

/// <summary>How far, how fast, how long still.</summary>
public sealed class PaceTests
{
    private sealed class Clock : TimeProvider
    {
        public long Milliseconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Milliseconds;
    }

    [Fact]
    public void A_log_gets_a_line_every_ten_seconds_with_rate_and_time_left_and_what_is_over_at_once_gets_none()
    {
        var clock = new Clock();
        var console = new TestConsole();
        var pace = new Pace(new CliHost { Error = console, Interactive = false, WorkingDirectory = "/", Clock = clock }, "people", 300);
        pace.Done(10);
        console.Output.ShouldBeEmpty();
        clock.Milliseconds = 10_000;
        pace.Done(100);
        pace.Done(101);
        pace.End();
        console.Output.Trim().ShouldBe("100 of 300 people, 10 a second, 0:00:20 left");
    }

    [Fact]
    public void A_terminal_gets_one_line_that_renews_itself_and_a_download_that_goes_on_is_not_counted_as_fast()
    {
        var clock = new Clock();
        var console = new TestConsole();
        var pace = new Pace(new CliHost { Error = console, Interactive = true, WorkingDirectory = "/", Clock = clock }, null, 100 << 20);
        pace.Done(50 << 20);
        clock.Milliseconds = 1000;
        pace.Done(60 << 20);
        console.Output.ShouldContain("60.0 MB of 100.0 MB, 10.0 MB a second, 0:00:04 left");
        pace.End();
        var unknown = new Pace(new CliHost { Error = console, Interactive = true, WorkingDirectory = "/", Clock = clock }, null, 0);
        unknown.Done(0);
        clock.Milliseconds = 2000;
        unknown.Done(5 << 20);
        console.Output.ShouldEndWith("5.0 MB, 5.0 MB a second   ");
    }

    [Fact]
    public async Task Work_that_does_not_tell_is_watched_by_what_it_makes()
    {
        var pace = new Pace(new CliHost { Error = new TestConsole(), Interactive = false, WorkingDirectory = "/" }, null, 10);
        (await pace.WatchAsync(Task.FromResult(7), () => throw new IOException("gone"))).ShouldBe(7);
        await Should.ThrowAsync<OperationCanceledException>(() => pace.WatchAsync(Task.FromCanceled<int>(new CancellationToken(true)), () => 0));
        Pace.Size("/nowhere/at/all").ShouldBe(0);
    }
}
