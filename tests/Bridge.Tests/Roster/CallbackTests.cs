using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Bridge.Roster.Events;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;

namespace Devices.Bridge.Tests.Roster;

/// <summary>The platform's HTTP push, in its own encryption.</summary>
public sealed class CallbackTests
{
    private const string Token = "standintoken";
    private const string Key = "1234567890123456789012345678901234567890123";
    private const string Owner = "dingstandinkey";

    private static readonly string[] Four = ["ada", "grace", "alan", "joan"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void The_documents_own_vector_is_verified_and_decrypted()
    {
        CallbackCrypto crypto = new("123456", Key, "dingsnotzck6pm5veliw");
        const string encrypt = "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==";

        crypto.Sign("1614767836", "A7Co0cJLMzIDtMMI", encrypt).ShouldBe("9a95a004dd16f5c307e849b994173f76aa26e5eb");
        crypto.Verify("9a95a004dd16f5c307e849b994173f76aa26e5eb", "1614767836", "A7Co0cJLMzIDtMMI", encrypt).ShouldBeTrue();
        crypto.Verify("9a95a004dd16f5c307e849b994173f76aa26e5ec", "1614767836", "A7Co0cJLMzIDtMMI", encrypt).ShouldBeFalse();
        crypto.Decrypt(encrypt).ShouldBe("success");
        new CallbackCrypto("123456", Key, "somebody-else").Decrypt(encrypt).ShouldBeNull("it is for another app");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("一二三")]
    [InlineData("exactly so long that with the owner and the head it fills whole blocks")]
    public void What_is_encrypted_is_decrypted_whatever_its_length(string text)
    {
        CallbackCrypto crypto = new(Token, Key, Owner);
        for (int i = 0; i < 40; i++) crypto.Decrypt(crypto.Encrypt(text + new string('x', i))).ShouldBe(text + new string('x', i));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void What_is_not_encrypted_by_the_platform_is_refused_without_a_fault(string text) => new CallbackCrypto(Token, Key, Owner).Decrypt(text).ShouldBeNull();

    [Fact]
    public async Task Pushed_events_lead_to_readings_and_are_confirmed()
    {
        await using EventBench bench = await PushedAsync();

        await bench.Platform.PeopleAsync([.. Four, "new"]);
        await bench.UntilPeopleAsync(p => p.Count == 5, "the new person");
        await bench.Platform.PeopleAsync(Four);
        await bench.UntilPeopleAsync(p => p.Count == 4, "the leaver");
        await bench.UntilQuietAsync();

        (await bench.EventsAsync()).ShouldAllBe(e => e["state"]!.GetValue<string>() == "acknowledged");
    }

    [Fact]
    public async Task The_check_of_the_address_is_answered_with_encrypted_success()
    {
        await using EventBench bench = await PushedAsync();

        await bench.Platform.EventAsync("check_url", new { });
        await bench.UntilQuietAsync();

        (await bench.EventsAsync())[^1]["answer"]!.GetValue<string>().ShouldBe("success");
        bench.Status.Received.ShouldBe(0);
    }

    [Theory]
    [InlineData("bad-signature")]
    [InlineData("expired-timestamp")]
    [InlineData("wrong-owner")]
    public async Task What_is_signed_wrong_too_old_or_for_another_app_is_refused_counted_and_shown(string fault)
    {
        await using EventBench bench = await PushedAsync();
        await bench.Platform.FaultAsync(new { kind = fault, count = 1 });

        await bench.Platform.EventAsync("user_modify_org", new { userId = new[] { "ada" } });
        await bench.UntilQuietAsync();

        var last = (await bench.EventsAsync())[^1];
        (last["state"]!.GetValue<string>(), last["attempts"]!.GetValue<int>()).ShouldBe(("acknowledged", 2), "the second attempt is right");
        (bench.Status.Refused, bench.Status.Received).ShouldBe((1, 1));
        (await bench.Bench.Get<IExceptionStore>().ExceptionsAsync(SiteScope.All, false, 100, Stop)).ShouldContain(r => r.Source == "events" && r.Code == "reason.events_refused");
    }

    [Theory]
    [InlineData("lost-ack")]
    [InlineData("duplicate-frame")]
    public async Task A_push_that_comes_twice_is_taken_once(string fault)
    {
        await using EventBench bench = await PushedAsync();
        await bench.Platform.FaultAsync(new { kind = fault, count = 1 });

        await bench.Platform.EventAsync("user_modify_org", new { userId = new[] { "ada" } });
        await bench.UntilQuietAsync();

        (bench.Status.Received, bench.Status.Repeated).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_captured_message_sent_again_within_the_window_does_nothing_and_without_one_nothing_is_told()
    {
        await using EventBench bench = await PushedAsync();
        CallbackCrypto crypto = new(Token, Key, Owner);
        string encrypt = crypto.Encrypt("""{"EventType":"user_leave_org","eventId":"e1","UserId":["ada"]}""");
        string time = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        string address = $"{Path}?signature={crypto.Sign(time, "n", encrypt)}&timestamp={time}&nonce=n";

        (await PostAsync(bench, address, encrypt)).ShouldBe(HttpStatusCode.OK);
        (await PostAsync(bench, address, encrypt)).ShouldBe(HttpStatusCode.OK);
        (bench.Status.Received, bench.Status.Repeated).ShouldBe((1, 1));

        (await PostAsync(bench, Path, encrypt)).ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(bench, $"{Path}?signature=&timestamp=1&nonce=n", encrypt)).ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(bench, $"{Path}?signature={crypto.Sign("1", "n", encrypt)}&timestamp=1&nonce=n", encrypt)).ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(bench, $"{Path}?signature={crypto.Sign("x", "n", encrypt)}&timestamp=x&nonce=n", encrypt)).ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(bench, address, encrypt, "[1]")).ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(bench, address, encrypt, new string('x', 300_000))).ShouldBe(HttpStatusCode.BadRequest);
        string noEvent = crypto.Encrypt("[]");
        (await PostAsync(bench, $"{Path}?signature={crypto.Sign(time, "n", noEvent)}&timestamp={time}&nonce=n", noEvent)).ShouldBe(HttpStatusCode.BadRequest);
        (await bench.People.PeopleAsync(SiteScope.All, false, Stop)).Count.ShouldBe(4, "ada was asked about and is there");
    }

    [Theory]
    [InlineData("TokenFile", "no", "3 to 64 letters")]
    [InlineData("AesKeyFile", "short", "43 letters and digits")]
    [InlineData("AesKeyFile", null, "cannot be read")]
    public void Unusable_secrets_are_refused_at_start_in_words(string setting, string? content, string sentence)
    {
        using Kit.TempDirectory folder = new();
        foreach (var (name, text) in new[] { ("TokenFile", Token), ("AesKeyFile", Key) })
            if ((name == setting ? content : text) is { } written) File.WriteAllText(folder.File(name), written);

        Should.Throw<BridgeStartException>(() => BridgeApplication.Build(
        [
            $"--Bridge:Data={folder.File("data")}", "--Bridge:Platform:Kind=dingtalk", "--Bridge:Platform:AppKey=k", "--Bridge:Platform:AppSecretFile=s", "--Bridge:Events:Kind=callback",
            $"--Bridge:Events:TokenFile={folder.File("TokenFile")}", $"--Bridge:Events:AesKeyFile={folder.File("AesKeyFile")}",
        ])).Message.ShouldContain(sentence);
    }

    [Theory]
    [InlineData("Events:Kind=pigeon", "stream, callback or none")]
    [InlineData("Events:Kind=stream", "there is no platform")]
    [InlineData("Events:IdleSeconds=0", "IdleSeconds must be")]
    [InlineData("Roster:DailyAt=25:00", "give a local time such as 03:10")]
    [InlineData("Roster:MissingShare=2", "from 0 to 1")]
    [InlineData("Roster:Minute=5", "There is no setting Bridge:Roster:Minute")]
    public void Settings_that_cannot_work_are_refused_in_words(string setting, string sentence)
    {
        using Kit.TempDirectory folder = new();
        Should.Throw<BridgeStartException>(() => BridgeApplication.Build([$"--Bridge:Data={folder.File("data")}", "--Bridge:Platform:Kind=none", $"--Bridge:{setting}"])).Message.ShouldContain(sentence);
    }

    private const string Path = "/callback/dingtalk";

    private static async Task<EventBench> PushedAsync()
    {
        string folder = Directory.CreateTempSubdirectory("bridge-tests-").FullName;
        try
        {
            await File.WriteAllTextAsync(System.IO.Path.Combine(folder, "token"), Token + "\n");
            await File.WriteAllTextAsync(System.IO.Path.Combine(folder, "key"), Key + "\n");
            EventBench bench = await EventBench.StartAsync(Four, new() { EventRetrySeconds = 1.2 }, settings:
            [
                "--Bridge:Events:Kind=callback", $"--Bridge:Events:TokenFile={System.IO.Path.Combine(folder, "token")}", $"--Bridge:Events:AesKeyFile={System.IO.Path.Combine(folder, "key")}",
            ]);
            await bench.Platform.SetAsync(new { callback_url = new Uri(bench.Bench.Address, Path).ToString(), callback_token = Token, callback_aes_key = Key, callback_owner = Owner });
            return bench;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<HttpStatusCode> PostAsync(EventBench bench, string address, string encrypt, string? body = null)
    {
        using HttpClient http = new();
        using StringContent content = new(body ?? new JsonObject { ["encrypt"] = encrypt }.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await http.PostAsync(new Uri(bench.Bench.Address, address), content, Stop);
        if (answer.StatusCode != HttpStatusCode.OK) return answer.StatusCode;
        JsonElement json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;
        CallbackCrypto crypto = new(Token, Key, Owner);
        string Part(string name) => json.GetProperty(name).GetString()!;
        crypto.Verify(Part("msg_signature"), Part("timeStamp"), Part("nonce"), Part("encrypt")).ShouldBeTrue();
        crypto.Decrypt(Part("encrypt")).ShouldBe("success");
        return answer.StatusCode;
    }
}
