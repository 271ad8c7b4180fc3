using Devices.Bridge.Ingest;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using MQTTnet;
using MQTTnet.Protocol;

namespace Devices.Bridge.Tests.Ingest;

public sealed class OfflineSessionTests
{
    /// <summary>
    /// dotnet/MQTTnet#1836: the server's memory grew with sessions that were off line and with what was queued for them. Whatever a terminal
    /// asks for, the bridge keeps no session of one that is gone: what it must still hear is in the store, and is asked for by hello.
    /// </summary>
    [Fact]
    public async Task MQTTnet_1836_nothing_is_kept_in_memory_for_terminals_that_are_off_line()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        List<Enrolled> fleet = [];
        for (int i = 0; i < 8; i++) fleet.Add(await bridge.EnrolAsync($"m2-{i:000}"));
        for (int round = 0; round < 3; round++)
        {
            List<TestTerminal> online = [];
            foreach (Enrolled identity in fleet)
            {
                TestTerminal terminal = await TestTerminal.ConnectAsync(identity, bridge.Mqtt, options => options.WithCleanStart(false).WithSessionExpiryInterval(uint.MaxValue));
                online.Add(terminal);
                await terminal.Client.SubscribeAsync($"d/{identity.Terminal}/#", MqttQualityOfServiceLevel.AtLeastOnce);
                await terminal.PublishAsync(Topics.For(identity.Terminal, Topics.Status), "{\"online\":true,\"queue\":0}");
            }

            await Until.TrueAsync(() => Task.FromResult(bridge.Get<MqttEndpoint>().Count == fleet.Count), "all are on line");
            // Half of them say good-bye, the others are cut off.
            foreach (TestTerminal terminal in online)
            {
                if (online.IndexOf(terminal) % 2 == 0) await terminal.DisposeAsync();
                else terminal.Client.Dispose();
            }

            await Until.TrueAsync(() => Task.FromResult(bridge.Get<MqttEndpoint>().Count == 0 && bridge.Get<MqttEndpoint>().Sessions().Count == 0), "nobody is known any more");
        }

        foreach (Enrolled identity in fleet)
        {
            using IMqttClient again = new MqttClientFactory().CreateMqttClient();
            MqttClientConnectResult result = await again.ConnectAsync(TestTerminal.Options(identity, bridge.Mqtt, options => options.WithCleanStart(false).WithSessionExpiryInterval(uint.MaxValue)), TestContext.Current.CancellationToken);
            (result.ResultCode, result.IsSessionPresent).ShouldBe((MqttClientConnectResultCode.Success, false), identity.Terminal);
            await again.DisconnectAsync(cancellationToken: TestContext.Current.CancellationToken);
        }
    }
}
