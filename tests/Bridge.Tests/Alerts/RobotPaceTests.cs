using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Devices.Bridge.Alerts;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Targets;
using Devices.Standins.DingTalk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Alerts;

/// <summary>A robot may send 20 messages a minute and is blocked for ten minutes beyond that: at the quickest setting, with news at every look, it never is.</summary>
public sealed class RobotPaceTests
{
    [Fact]
    public async Task At_the_quickest_setting_with_news_at_every_look_the_robot_is_never_blocked()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using DingTalkStandin robot = await DingTalkStandin.StartAsync(new() { Settings = new() }, time);
        await using TargetBench bench = new();
        bench.Configure = b => b.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time));
        bench.Set(
            $"--Bridge:Alerts:RobotUrl={robot.Address}", $"--Bridge:Alerts:RobotTokenFile={bench.File("token", "standinrobot")}", $"--Bridge:Alerts:RobotSecretFile={bench.File("robot-secret", "SECstandinrobot")}",
            "--Bridge:Alerts:QuietHours=", "--Bridge:Alerts:EverySeconds=5");
        AlertService service = bench.Get<AlertService>();
        for (int i = 0; i < 60; i++)
        {
            await bench.Get<IExceptionStore>().RaiseAsync(new("test", string.Create(CultureInfo.InvariantCulture, $"news-{i}"), "Something new."));
            TimeSpan rest = await service.StepAsync(TestContext.Current.CancellationToken);
            rest.ShouldBe(TimeSpan.FromSeconds(5));
            time.Advance(rest);
        }

        using HttpClient http = new();
        JsonObject told = (await http.GetFromJsonAsync<JsonObject>(new Uri(robot.Address, "_standin/robot"), TestContext.Current.CancellationToken))!;
        told["messages"]!.AsArray().Count.ShouldBe(60);
    }
}
