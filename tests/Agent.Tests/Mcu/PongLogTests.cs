using Devices.Edge.Agent.Mcu;
using Devices.Link;

namespace Devices.Edge.Agent.Tests.Mcu;

public sealed class PongLogTests
{
    private readonly PongLog _log = new();

    [Fact]
    public void A_ping_was_on_its_way_for_no_longer_than_since_its_pong_less_what_the_mcu_waited()
    {
        _log.Sent(1, 10_000);
        _log.OnItsWay(Ping(2, pong: 1, since: 4_000), 14_030).ShouldBe(30);
        _log.OnItsWay(Ping(2, pong: 1, since: 4_000), 19_000).ShouldBe(5_000, "the copy of a ping, or one that was held back");
    }

    [Fact]
    public void A_ping_that_names_no_pong_of_this_connection_says_nothing_about_time()
    {
        _log.OnItsWay(Ping(1), 10_000).ShouldBeNull();
        _log.Sent(1, 10_000);
        _log.OnItsWay(Ping(2, pong: 7, since: 4_000), 14_000).ShouldBeNull();
        _log.OnItsWay(Ping(2, pong: 1, since: 9_000), 14_000).ShouldBeNull("it cannot have waited for longer than the pong is old");
        _log.Forget();
        _log.OnItsWay(Ping(2, pong: 1, since: 4_000), 14_000).ShouldBeNull();
    }

    [Fact]
    public void Pongs_that_pass_each_other_on_the_way_are_remembered_and_old_ones_are_not()
    {
        for (long n = 1; n <= 6; n++) _log.Sent(n, n * 1_000);
        _log.OnItsWay(Ping(7, pong: 4, since: 1_000), 7_000).ShouldBe(2_000);
        _log.OnItsWay(Ping(7, pong: 1, since: 1_000), 7_000).ShouldBeNull();
    }

    private static PingMessage Ping(long n, long pong = -1, long since = 0) => new() { N = n, Boot = "mcu-boot-1", UptimeMs = 1, PongN = pong, SinceMs = since };
}
