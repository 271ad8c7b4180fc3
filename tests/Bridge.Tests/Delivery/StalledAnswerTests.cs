using Devices.Bridge.Delivery;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Targets;
using Microsoft.AspNetCore.Http;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>An answer whose headers came and whose body does not end.</summary>
public sealed class StalledAnswerTests
{
    [Fact]
    public async Task A_platform_whose_answer_stalls_is_given_up_in_time_and_the_punch_is_in_doubt()
    {
        await using SmallWeb cloud = await SmallWeb.PlatformAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"errcode":0,""");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        await using TargetBench bench = TargetBench.On(cloud.Address, timeoutSeconds: "0.5");
        DeliveryOutcome outcome = await bench.Get<IPlatformTarget>().SendAsync(new("ada", Bench.Now(5), "m2-001", "m2-001"), TestContext.Current.CancellationToken);
        (outcome.Kind, outcome.Reason).ShouldBe((OutcomeKind.Ambiguous, "reason.timed_out"));
    }
}
