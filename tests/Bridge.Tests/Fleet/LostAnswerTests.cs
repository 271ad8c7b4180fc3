using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Fleet;

/// <summary>The bridge issued, the answer was lost: the board asks again with the same claim and the same key.</summary>
public sealed class LostAnswerTests
{
    [Fact]
    public async Task The_same_claim_and_key_get_the_same_certificate_again_and_its_connection_stays()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        string claim = await bridge.ClaimAsync();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 first = Leaf(await EnrolAsync(bridge, claim, "m2-001", key)), again = Leaf(await EnrolAsync(bridge, claim, "m2-001", key));
        again.RawData.ShouldBe(first.RawData);
        (await bridge.Get<IFleetStore>().FindCertificateAsync(CertificateAuthority.Fingerprint(first)))!.RevokedAt.ShouldBeNull();

        using X509Certificate2 with = first.CopyWithPrivateKey(key);
        Enrolled identity = new("m2-001", X509CertificateLoader.LoadPkcs12(with.Export(X509ContentType.Pkcs12), null), bridge.Get<CertificateAuthority>().Root);
        await using TestTerminal terminal = await TestTerminal.ConnectAsync(identity, bridge.Mqtt);
        await EnrolAsync(bridge, claim, "m2-001", key);
        terminal.Client.IsConnected.ShouldBeTrue();
        (await bridge.Get<IAuditStore>().AuditLogAsync(10)).Count(one => one.Action == "terminal enrolled").ShouldBe(1);
    }

    [Fact]
    public async Task Another_key_another_name_a_later_hour_and_a_revoked_certificate_get_nothing()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using TestBridge bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time));
        string claim = await bridge.ClaimAsync();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256), other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await EnrolAsync(bridge, claim, "m2-001", key);

        await EnrolAsync(bridge, claim, "m2-001", other, HttpStatusCode.Unauthorized);
        await EnrolAsync(bridge, claim, "m2-002", key, HttpStatusCode.Unauthorized);
        await bridge.EnrolAsync("m2-001");
        await EnrolAsync(bridge, claim, "m2-001", key, HttpStatusCode.Unauthorized);
        string late = await bridge.ClaimAsync("m2-001");
        await EnrolAsync(bridge, late, "m2-001", key);
        time.Advance(TimeSpan.FromHours(2));
        await EnrolAsync(bridge, late, "m2-001", key, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_certificate_that_is_not_valid_yet_is_refused_with_the_bridges_clock_named()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using TestBridge bridge = await TestBridge.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time));
        Enrolled identity = await bridge.EnrolAsync("m2-001");
        time.AdjustTime(time.GetUtcNow() - TimeSpan.FromDays(3));

        InvalidOperationException refused = await Should.ThrowAsync<InvalidOperationException>(() => TestTerminal.ConnectAsync(identity, bridge.Mqtt));

        refused.Message.ShouldContain("check the bridge's clock");
    }

    private static async Task<string> EnrolAsync(TestBridge bridge, string claim, string terminal, ECDsa key, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using HttpClient http = Enrolled.PinnedClient(claim.Split('@')[1]);
        using HttpResponseMessage answer = await Enrolled.PostAsync(http, bridge.Https, terminal, claim, Enrolled.Csr(key, terminal));
        string text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        if (expected != HttpStatusCode.OK) text.ShouldContain("used before");
        return text;
    }

    private static X509Certificate2 Leaf(string answer) => Enrolled.Read(answer).Single(one => one.Subject == "CN=m2-001");
}
