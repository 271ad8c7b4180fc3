using System.Net;
using System.Text;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.Targets.Webhook;
using Devices.Bridge.Tests.Delivery;
using Devices.Contract.Punches;
using Microsoft.AspNetCore.Http;

namespace Devices.Bridge.Tests.Targets;

/// <summary>The contract with a receiver: Standard Webhooks 1.0.0 over real HTTP.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private readonly string _secret = WebhookSecrets.New();
    private readonly TargetBench _bench = new();
    private WebhookReceiver _receiver = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync(_secret);
        _bench.Set(
            $"--Bridge:Webhook:Url={_receiver.Address}", $"--Bridge:Webhook:SecretFile={_bench.File("secret", _secret + "\n")}",
            "--Bridge:Webhook:AllowPrivateAddresses=true", "--Bridge:Webhook:TimeoutSeconds=1", "--Bridge:Webhook:MaxResponseBytes=1024");
    }

    public async ValueTask DisposeAsync()
    {
        await _bench.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    private Task<DeliveryOutcome> SendAsync(OutgoingPunch punch) => _bench.Get<WebhookTarget>().SendAsync(punch, TestContext.Current.CancellationToken);

    [Fact]
    public void The_signature_is_that_of_the_specifications_own_example() =>
        WebhookMessage.Signature(
            WebhookSecrets.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").Keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("""{"test": 2432232314}"""))
            .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    [Fact]
    public async Task A_punch_arrives_signed_with_its_own_time_and_a_receiver_can_verify_it()
    {
        OutgoingPunch punch = TestPunch();
        (await SendAsync(punch)).Kind.ShouldBe(OutcomeKind.Accepted);
        Received call = _receiver.Calls.ShouldHaveSingleItem();
        call.Valid.ShouldBeTrue();
        call.ContentType.ShouldBe("application/json");
        call.Path.ShouldBe("/hook?tenant=7");
        call.Id.ShouldBe($"punch_m2-001_{punch.Stored.Punch.Ledger:N}_1");
        call.Json["type"]!.GetValue<string>().ShouldBe("punch.recorded");
        call.Json["timestamp"]!.GetValue<string>().ShouldBe("2026-10-25T00:30:05.123Z");
        var data = call.Json["data"]!;
        data["person"]!.GetValue<string>().ShouldBe("ada");
        data["at"]!.GetValue<long>().ShouldBe(punch.Stored.Punch.At);
        data["at_local"]!.GetValue<string>().ShouldBe("2026-10-25T08:30:05.123+08:00");
        data["direction"]!.GetValue<string>().ShouldBe("in");
        data["method"]!.GetValue<string>().ShouldBe("card");
        data["clock"]!.GetValue<string>().ShouldBe("synced");
        data["seq"]!.GetValue<long>().ShouldBe(1);
    }

    [Theory]
    [InlineData(ClockQuality.Synced, PunchDirection.None)]
    [InlineData(ClockQuality.Held, PunchDirection.Out)]
    public async Task What_is_sent_is_what_the_contract_document_says(ClockQuality clock, PunchDirection direction)
    {
        Api.OpenApiFile contract = await Api.OpenApiFile.LoadAsync();
        Punch punch = new LedgerMaker().Next("ada", Bench.Now(5), clock, direction: direction);
        await SendAsync(new(new() { Id = 1, Punch = punch, ReceivedAt = punch.At, Delivery = Bridge.Store.DeliveryState.Pending }, "m2-001", 1));
        Received call = _receiver.Calls.ShouldHaveSingleItem();
        contract.CheckWebhook("punch.recorded", new Dictionary<string, string> { ["webhook-id"] = call.Id, ["webhook-timestamp"] = call.Timestamp, ["webhook-signature"] = call.Signatures }, call.Body);
    }

    [Fact]
    public async Task A_repeat_has_the_same_id_and_body_and_a_new_time_and_signature()
    {
        OutgoingPunch punch = TestPunch();
        _receiver.Answer(WebhookReceiver.Close);
        (await SendAsync(punch)).Kind.ShouldBe(OutcomeKind.Unreachable, "the answer was lost: it is simply sent again");
        await Until.Async(() => Task.FromResult(DateTimeOffset.UtcNow.ToUnixTimeSeconds()), now => now.ToString(System.Globalization.CultureInfo.InvariantCulture) != _receiver.Calls[0].Timestamp, "the next second");
        (await SendAsync(punch with { Attempt = 2 })).Kind.ShouldBe(OutcomeKind.Accepted);
        IReadOnlyList<Received> calls = _receiver.Calls;
        calls.Count.ShouldBe(2);
        (calls[1].Id, calls[1].Body).ShouldBe((calls[0].Id, calls[0].Body));
        calls[1].Timestamp.ShouldNotBe(calls[0].Timestamp);
        calls[1].Signatures.ShouldNotBe(calls[0].Signatures);
        _receiver.Taken.Count.ShouldBe(1);
    }

    [Fact]
    public async Task While_a_secret_is_rotated_both_the_old_and_the_new_receiver_can_verify()
    {
        string fresh = WebhookSecrets.New();
        _bench.File("secret", $"{fresh}\n{_secret}\n");
        await SendAsync(TestPunch());
        _receiver.Secrets.Clear();
        _receiver.Secrets.Add(fresh);
        await SendAsync(TestPunch("grace"));
        _receiver.Calls.Select(c => c.Valid).ShouldBe([true, true]);
        _receiver.Calls[0].Signatures.Split(' ').Length.ShouldBe(2);
        _bench.File("secret", _secret);
        await SendAsync(TestPunch("alan"));
        _receiver.Calls[2].Valid.ShouldBeFalse("the receiver knows the new one only");
    }

    [Fact]
    public async Task A_secret_file_that_is_broken_stops_the_target_and_is_named()
    {
        _ = _bench.App;
        _bench.File("secret", "hunter2");
        DeliveryOutcome outcome = await SendAsync(TestPunch());
        outcome.Kind.ShouldBe(OutcomeKind.Configuration);
        outcome.Detail!.ShouldContain("line 1 is no secret");
        outcome.Detail!.ShouldNotContain("hunter2");
        _receiver.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(200, OutcomeKind.Accepted, null)]
    [InlineData(202, OutcomeKind.Accepted, null)]
    [InlineData(302, OutcomeKind.Configuration, "reason.webhook_moved")]
    [InlineData(400, OutcomeKind.Transient, "reason.webhook_refused")]
    [InlineData(401, OutcomeKind.Configuration, "reason.webhook_closed")]
    [InlineData(404, OutcomeKind.Configuration, "reason.webhook_closed")]
    [InlineData(408, OutcomeKind.Transient, "reason.webhook_slow")]
    [InlineData(409, OutcomeKind.Transient, "reason.webhook_refused")]
    [InlineData(410, OutcomeKind.Configuration, "reason.webhook_gone")]
    [InlineData(422, OutcomeKind.Transient, "reason.webhook_refused")]
    [InlineData(429, OutcomeKind.Throttled, "reason.webhook_busy")]
    [InlineData(500, OutcomeKind.Transient, "reason.webhook_failed")]
    [InlineData(503, OutcomeKind.Unreachable, "reason.webhook_failed")]
    [InlineData(502, OutcomeKind.Unreachable, "reason.webhook_failed")]
    public async Task Each_status_has_its_consequence(int status, OutcomeKind kind, string? reason)
    {
        _receiver.Answer(WebhookReceiver.Status(status, status is 200 or 202 ? "" : "no\nthank you"));
        DeliveryOutcome outcome = await SendAsync(TestPunch());
        outcome.Kind.ShouldBe(kind);
        if (reason is null) return;
        outcome.Reason.ShouldBe(reason);
        outcome.Code.ShouldBe(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (status != 302) outcome.Detail.ShouldBe("no thank you");
        if (reason == "reason.webhook_refused") outcome.MaxAttempts.ShouldBe(6);
        else outcome.MaxAttempts.ShouldBeNull("only the punch's own fault makes a dead letter");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using WebhookReceiver elsewhere = await WebhookReceiver.StartAsync(_secret);
        _receiver.Answer(WebhookReceiver.Status(307, null, ("Location", elsewhere.Address.ToString())));
        DeliveryOutcome outcome = await SendAsync(TestPunch());
        outcome.Kind.ShouldBe(OutcomeKind.Configuration);
        outcome.Detail.ShouldBe(elsewhere.Address.ToString());
        elsewhere.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Retry_after_is_kept_within_an_hour()
    {
        _receiver.Answer(WebhookReceiver.Status(429, null, ("Retry-After", "77")), WebhookReceiver.Status(503, null, ("Retry-After", "86400")));
        (await SendAsync(TestPunch())).Wait.ShouldBe(TimeSpan.FromSeconds(77));
        (await SendAsync(TestPunch())).Wait.ShouldBe(TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_given_up_and_an_endless_answer_is_not_read()
    {
        _receiver.Answer(WebhookReceiver.Hang, Endless);
        (await SendAsync(TestPunch())).Reason.ShouldBe("reason.webhook_slow");
        DeliveryOutcome outcome = await SendAsync(TestPunch());
        (outcome.Kind, outcome.Reason, outcome.Detail).ShouldBe((OutcomeKind.Transient, "reason.webhook_failed", null));
    }

    [Fact]
    public async Task A_body_that_stalls_after_its_status_holds_nobody_up()
    {
        _receiver.Answer(async context =>
        {
            context.Response.StatusCode = 422;
            await context.Response.WriteAsync("no such");
            await context.Response.Body.FlushAsync();
            await WebhookReceiver.Hang(context);
        });
        DeliveryOutcome outcome = await SendAsync(TestPunch());
        (outcome.Reason, outcome.Detail).ShouldBe(("reason.webhook_refused", null));
    }

    private static async Task Endless(HttpContext context)
    {
        context.Response.StatusCode = 500;
        byte[] much = new byte[16_384];
        while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(much, context.RequestAborted);
    }

    [Fact]
    public async Task A_name_that_leads_into_the_own_network_is_not_called()
    {
        // The settings see a public name; where it leads shows only when it is called.
        using HttpClient client = new(AddressGuard.Handler(allowPrivate: false, TimeSpan.FromSeconds(2), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.Parse("10.0.0.7")])));
        HttpRequestException fault = await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://hook.example.com:{_receiver.Address.Port}/"), TestContext.Current.CancellationToken));
        Causes(fault).OfType<PrivateAddressException>().ShouldHaveSingleItem().Message.ShouldBe("hook.example.com resolves to 127.0.0.1.");
        _receiver.Calls.ShouldBeEmpty();
    }

    private static IEnumerable<Exception> Causes(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException) yield return fault;
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2002:0808:0808::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("198.19.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:0001::1", false)]
    [InlineData("2001:db8::1", false)]
    public void Only_the_public_internets_addresses_are_public(string address, bool isPublic) => AddressGuard.IsPublic(IPAddress.Parse(address)).ShouldBe(isPublic);

    [Theory]
    [InlineData("Url=ftp://x.example", "give an https address")]
    [InlineData("Url=http://x.example AllowPrivateAddresses=false", "is plain http")]
    [InlineData("Url=https://10.0.0.1/x AllowPrivateAddresses=false", "leads to 10.0.0.1, which is not a public address")]
    [InlineData("Url=https://[::1]/x AllowPrivateAddresses=false", "is not a public address")]
    [InlineData("Url=https://localhost/x AllowPrivateAddresses=false", "is not a public address")]
    [InlineData("Url=https://u:p@x.example", "holds a user name")]
    [InlineData("Url=https://x.example/#a", "holds a fragment")]
    [InlineData("SecretFile=", "SecretFile is missing")]
    [InlineData("SecretFile=/nowhere/secret", "cannot be read")]
    [InlineData("TimeoutSeconds=0", "TimeoutSeconds must be")]
    [InlineData("RefusedAttempts=0", "RefusedAttempts must be")]
    [InlineData("RetrySeconds=0", "Bridge:Webhook:RetrySeconds must be")]
    [InlineData("Secrets=x", "There is no setting Bridge:Webhook:Secrets")]
    [InlineData("From=yesterday", "give new, all, or a day")]
    public void A_setting_that_cannot_work_is_one_sentence(string settings, string sentence)
    {
        _bench.Set([.. settings.Split(' ').Select(s => $"--Bridge:Webhook:{s}")]);
        Should.Throw<BridgeStartException>(_bench.Build).Message.ShouldContain(sentence);
    }

    [Theory]
    [InlineData("")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("not a secret")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    public void What_is_no_secret_is_refused(string text) => WebhookSecrets.Parse(text).Problem.ShouldNotBeNull();

    [Fact]
    public async Task Nonsense_of_a_terminals_clock_is_a_dead_letter_not_a_fault()
    {
        (await SendAsync(TestPunch(at: long.MaxValue / 2))).ShouldBe(new DeliveryOutcome(OutcomeKind.Refused, "reason.time_nonsense"));
        _receiver.Calls.ShouldBeEmpty();
    }

    private static OutgoingPunch TestPunch(string person = "ada", long at = 1792888205123) => TargetBench.Punch(person, at, PunchDirection.In);
}
