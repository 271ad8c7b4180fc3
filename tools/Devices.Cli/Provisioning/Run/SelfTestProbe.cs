using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Cli.App;

namespace Devices.Cli.Provisioning.Run;

/// <summary>A self-test as the bridge has it.</summary>
internal sealed record SelfTestSeen(DateTimeOffset ReceivedAt);

/// <summary>Asks the bridge whether a self-test came, over TLS judged against the root on this board.</summary>
internal sealed class SelfTestProbe(ProvisionScene scene)
{
    /// <summary>Null where it has not come yet.</summary>
    /// <exception cref="CliException">The bridge cannot be asked.</exception>
    public async Task<SelfTestSeen?> SeenAsync(Guid id, CancellationToken cancellationToken)
    {
        ProvisionPlan plan = scene.Plan;
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(scene.Folder.RootsPath);
        var link = new BridgeLink(plan.Enrolment, plan.ServerName, plan.StepLimit);
        SslStream? once = await link.ConnectAsync(null, cancellationToken);
        try
        {
            BridgeTrust.DemandServer(link.Shown!, link.ShownChain, roots, plan.ServerName, plan.Enrolment, scene.Host.Clock.GetUtcNow());
            SslStream stream = once;
            using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(stream) };
            using var client = new HttpClient(handler) { BaseAddress = new Uri($"http://{plan.Enrolment}"), Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = 64 * 1024 };
            return await link.LimitAsync(async stop =>
            {
                using HttpResponseMessage answer = await client.GetAsync($"/.well-known/devices/self-test/{plan.Terminal}/{id}", stop);
                if (answer.StatusCode == HttpStatusCode.NotFound) return null;
                if (!answer.IsSuccessStatusCode) throw new CliException(ExitCodes.BridgeRefused, $"The bridge refused to say whether it has the self-test (HTTP {(int)answer.StatusCode}).");
                using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop));
                return new SelfTestSeen(DateTimeOffset.FromUnixTimeMilliseconds(document.RootElement.GetProperty("received_at").GetInt64()));
            }, ExitCodes.BridgeTimeout, $"The bridge at {plan.Enrolment} did not answer", cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException)
        {
            throw new CliException(ExitCodes.BridgeGarbage, $"{plan.Enrolment} does not answer as a bridge does: {e.InnerException?.Message ?? e.Message}", inner: e);
        }
        finally
        {
            await once.DisposeAsync();
        }
    }
}
