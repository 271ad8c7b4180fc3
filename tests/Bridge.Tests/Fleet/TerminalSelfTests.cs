using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Api;
using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Devices.Contract.Messages;
using MQTTnet;
using MQTTnet.Protocol;

namespace Devices.Bridge.Tests.Fleet;

/// <summary>What the bridge tells a terminal about itself, by its certificate.</summary>
public sealed class TerminalSelfTests
{
    private const string Path = "/.well-known/devices/terminal";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_terminal_sees_itself_by_its_certificate_and_nobody_sees_another()
    {
        OpenApiFile file = await OpenApiFile.LoadAsync();
        await using TestBridge bridge = await TestBridge.StartAsync();
        Enrolled one = await bridge.EnrolAsync("m2-001"), two = await bridge.EnrolAsync("m2-002");
        TestLedger ledger = new("m2-001");
        ledger.AddMany(3);
        await using (TestTerminal terminal = await TestTerminal.ConnectAsync(one, bridge.Mqtt))
        {
            await terminal.PublishAsync(ledger.Hello());
            await terminal.PublishAsync(ledger.All());
            await bridge.Get<IExceptionStore>().RaiseAsync(new("delivery", "reason.unknown-person", "Grace Hopper is not known there.") { Terminal = "m2-001" }, Stop);
            await bridge.Get<IExceptionStore>().RaiseAsync(new("access", "subscribe", "It may not subscribe.") { Terminal = "m2-001" }, Stop);
            await bridge.Get<IExceptionStore>().RaiseAsync(new("access", "connect", "Another's.") { Terminal = "m2-002" }, Stop);

            // Beside its open session, which stays.
            JsonElement view = await AskAsync(bridge, one, HttpStatusCode.OK);
            view.GetProperty("terminal").GetString().ShouldBe("m2-001");
            view.GetProperty("online").GetBoolean().ShouldBeTrue();
            JsonElement row = view.GetProperty("ledgers").EnumerateArray().ShouldHaveSingleItem();
            row.GetProperty("through").GetInt64().ShouldBe(3);
            row.GetProperty("ledger").GetGuid().ShouldBe(ledger.Id);
            JsonElement[] exceptions = [.. view.GetProperty("exceptions").EnumerateArray()];
            exceptions.Length.ShouldBe(2);
            view.GetRawText().ShouldNotContain("Grace");
            view.GetRawText().ShouldNotContain("Another's");
            terminal.Client.IsConnected.ShouldBeTrue();
            (await AskAsync(bridge, two, HttpStatusCode.OK)).GetProperty("ledgers").GetArrayLength().ShouldBe(0);
        }

        await AskAsync(bridge, null, HttpStatusCode.Unauthorized);
        await bridge.Get<IFleetStore>().RevokeTerminalAsync("m2-002", "lost", Stop);
        await AskAsync(bridge, two, HttpStatusCode.Forbidden, "revoked");
        using HttpClient plain = new() { BaseAddress = new(bridge.Http) };
        using (HttpResponseMessage answer = await plain.GetAsync(Path, Stop)) answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        async Task<JsonElement> AskAsync(TestBridge at, Enrolled? who, HttpStatusCode expected, string words = "")
        {
            using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.Issuer == one.Root.Subject } };
            if (who is not null) handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(who.Certificate, null, offline: true);
            using HttpClient http = new(handler) { BaseAddress = new(at.Https) };
            using HttpResponseMessage answer = await http.GetAsync(Path, Stop);
            string text = await answer.Content.ReadAsStringAsync(Stop);
            answer.StatusCode.ShouldBe(expected, text);
            text.ShouldContain(words);
            await file.CheckAsync(Path, HttpMethod.Get, answer);
            return expected == HttpStatusCode.OK ? JsonDocument.Parse(text).RootElement.Clone() : default;
        }
    }

    [Fact]
    public async Task The_doctors_probe_of_a_foreign_topic_is_refused_without_a_row_and_any_other_with_one()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        await RefusedAsync(Topics.Probe);
        (await bridge.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, includeResolved: false, 10, Stop)).ShouldBeEmpty();
        await RefusedAsync("d/m2-002/state");
        (await bridge.ExceptionAsync("subscribe")).Text.ShouldContain("m2-002");

        async Task RefusedAsync(string topic) =>
            (await terminal.Client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(topic, MqttQualityOfServiceLevel.AtLeastOnce).Build(), Stop)).Items.ShouldHaveSingleItem().ResultCode.ShouldBe(MqttClientSubscribeResultCode.NotAuthorized);
    }
}
