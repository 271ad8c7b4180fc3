using Devices.Bridge.Tests.Kit;
namespace Devices.Bridge.Tests.Fleet;
public class Smoke { [Fact] public async Task It_connects() { await using TestBridge bridge = await TestBridge.StartAsync(); await using TestTerminal t = await bridge.ConnectAsync("m2-001"); TestLedger l = new TestLedger("m2-001").AddMany(3); var r = await t.PublishAsync(l.All()); r.ReasonCode.ToString().ShouldBe("Success"); (await t.StateAsync()).Through.ShouldBe(3); } }
