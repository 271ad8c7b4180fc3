using System.Net;
using Devices.Bridge.Delivery;
using Devices.Bridge.Tests.Targets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>An answer whose headers came and whose body does not end.</summary>
public sealed class StalledAnswerTests
{
    [Fact]
    public async Task A_platform_whose_answer_stalls_is_given_up_in_time_and_the_punch_is_in_doubt()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        await using WebApplication cloud = builder.Build();
        cloud.Run(async context =>
        {
            context.Response.ContentType = "application/json";
            if (context.Request.Path.Value!.Contains("oauth2", StringComparison.Ordinal))
            {
                await context.Response.WriteAsync("""{"accessToken":"t","expireIn":7200}""");
                return;
            }

            await context.Response.WriteAsync("""{"errcode":0,""");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        await cloud.StartAsync(TestContext.Current.CancellationToken);
        string address = cloud.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        await using TargetBench bench = new();
        bench.Set(
            "--Bridge:Platform:Kind=dingtalk", $"--Bridge:Platform:OapiUrl={address}", $"--Bridge:Platform:ApiUrl={address}", "--Bridge:Platform:AppKey=k",
            $"--Bridge:Platform:AppSecretFile={bench.File("app-secret", "s")}", "--Bridge:Platform:TimeoutSeconds=0.5");
        DeliveryOutcome outcome = await bench.Get<IPlatformTarget>().SendAsync(new("ada", Bench.Now(5), "m2-001", "m2-001"), TestContext.Current.CancellationToken);
        (outcome.Kind, outcome.Reason).ShouldBe((OutcomeKind.Ambiguous, "reason.timed_out"));
    }
}
