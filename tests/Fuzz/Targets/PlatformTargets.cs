using System.Net;
using Devices.Bridge.Alerts;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Delivery.Targets;
using Devices.Bridge.Delivery.Targets.ErpNext;
using Devices.Bridge.Roster;
using Devices.Bridge.Store;
using Devices.Fuzz.Engine;

namespace Devices.Fuzz.Targets;

/// <summary>
/// What the platform, a Frappe site or a robot answers: hostile, broken, or somebody else. The first byte of an input chooses the HTTP status,
/// the second the content type; the rest is the body. The whole way of a call is taken, from the socket's bytes to what the caller makes of them.
/// </summary>
internal static class PlatformTargets
{
    private static readonly int[] Statuses = [200, 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 405, 417, 429, 500, 502, 503, 508];
    private static readonly string[] Types = ["application/json", "application/json; charset=utf-8", "text/html", "application/json; charset=none-such", "text/plain; charset=utf-16", "application/json; charset=\"\""];
    private static readonly string Secret = Samples.Put("secret.txt", "key:secret"u8.ToArray());

    private const string Token = """{"accessToken":"t","expireIn":7200}""";

    public static IEnumerable<FuzzTarget> All =>
    [
        Answers("dingtalk-roster", Roster, ["cloud-bridge/Bridge/Roster/DingTalkRoster.cs", "cloud-bridge/Bridge/Delivery/DingTalk/AnswerReader.cs", "cloud-bridge/Bridge/Delivery/DingTalk/DingTalkHttp.cs"],
            """{"errcode":0,"errmsg":"ok","result":{"has_more":false,"list":[{"userid":"u1","name":"Grace","job_number":"7","dept_id_list":[1,2]}]}}""", """{"errcode":0,"result":[{"dept_id":2,"parent_id":1,"name":"Works"}]}""", """{"errcode":60121,"errmsg":"no user"}"""),
        Answers("dingtalk-person", Person, ["cloud-bridge/Bridge/Roster/DingTalkRoster.cs"], """{"errcode":0,"result":{"userid":"u1","name":"Grace","dept_id_list":[1,2]}}"""),
        Answers("dingtalk-token", bytes => Call(bytes, token: true), ["cloud-bridge/Bridge/Delivery/DingTalk/AccessTokenSource.cs"], Token, """{"code":"invalidClientIdOrSecret","message":"no"}"""),
        Answers("dingtalk-upload", bytes => Call(bytes, token: false), ["cloud-bridge/Bridge/Delivery/DingTalk/AnswerReader.cs", "cloud-bridge/Bridge/Delivery/DingTalk/DingTalkHttp.cs"], """{"errcode":0,"errmsg":"ok","request_id":"x"}""", """{"errcode":88,"sub_code":"90018","sub_msg":"too fast"}""", """{"status":1111,"wait":5,"source":"x5","punish":"deny"}""", "<html>banned</html>"),
        Answers("erpnext", Frappe, ["cloud-bridge/Bridge/Delivery/Targets/ErpNext/ErpNextClient.cs", "cloud-bridge/Bridge/Delivery/Targets/ErpNext/ErpNextAnswer.cs", "cloud-bridge/Bridge/Delivery/Targets/BoundedBody.cs"],
            """{"data":[{"name":"EMP-CKIN-1","time":"2026-10-01 09:00:00","log_type":"IN"}]}""", """{"exc_type":"ValidationError","exception":"frappe.exceptions.ValidationError: no","_server_messages":"[\"{\\\"message\\\": \\\"This employee already has a log\\\"}\"]"}"""),
        Answers("robot", Robot, ["cloud-bridge/Bridge/Alerts/RobotClient.cs", "cloud-bridge/Bridge/Alerts/RobotAnswer.cs"], """{"errcode":0,"errmsg":"ok"}""", """{"errcode":310000,"errmsg":"sign not match"}"""),
        new("platform/retry-after", Shape.Text, Samples.Of("120", "Wed, 21 Oct 2026 07:28:00 GMT"), RetryAfterText) { Files = ["cloud-bridge/Bridge/Delivery/Targets/RetryAfter.cs"] },
    ];

    private static FuzzTarget Answers(string name, Func<byte[], string> read, IReadOnlyList<string> files, params string[] bodies) =>
        new($"platform/{name}", Shape.Json, () => [.. bodies.Select(body => (byte[])[0, 0, .. body.Utf8()])], read)
        {
            Files = files, Runs = 400, Refusals = [typeof(OperationCanceledException)], Words = ["errcode", "result", "userid", "has_more", "next_cursor", "dept_id", "data", "message", "_server_messages"],
        };

    private static string Roster(byte[] bytes)
    {
        using Wire wire = new(bytes);
        RosterPull pull = new DingTalkRoster(wire.Client).PullAsync(Limit()).GetAwaiter().GetResult();
        return $"{pull.Outcome.Kind} {pull.Outcome.Reason} {pull.People?.Count > 0}";
    }

    private static string Person(byte[] bytes)
    {
        using Wire wire = new(bytes);
        Reading<Person> person = new DingTalkRoster(wire.Client).PersonAsync("u1", Limit()).GetAwaiter().GetResult();
        return $"{person.Gone} {person.Value is null} {person.Outcome.Reason}";
    }

    private static string Call(byte[] bytes, bool token)
    {
        using Wire wire = new(bytes) { TokenToo = token };
        Answer answer = wire.Client.CallAsync("topapi/attendance/record/upload", [], Limit()).GetAwaiter().GetResult();
        return $"{answer.Ok} {answer.Outcome.Kind} {answer.Outcome.Reason} {answer.Outcome.Code?.Length > 40}";
    }

    private static string Frappe(byte[] bytes)
    {
        using Wire wire = new(bytes);
        using ErpNextClient client = new(new() { Url = "http://site.invalid", TokenFile = Secret, CallsPerSecond = 1_000_000 }, wire, TimeProvider.System);
        ErpNextAnswer answer = client.GetAsync("resource/Employee Checkin", Limit()).GetAwaiter().GetResult();
        if (answer.Words is { Length: > 301 }) throw new FindingException("words without end are shown to people");
        return $"{answer.Body is null} {answer.Words is null} {answer.Failure?.Reason}";
    }

    private static string Robot(byte[] bytes)
    {
        using Wire wire = new(bytes);
        RobotAnswer answer = new RobotClient(wire, new() { RobotUrl = "http://robot.invalid", RobotTokenFile = Secret, RobotSecretFile = Secret }, TimeProvider.System).SendAsync(new("id", "title", "text", default, [], []), Limit()).GetAwaiter().GetResult();
        return $"{answer.Verdict} {answer.Text}";
    }

    private static string RetryAfterText(byte[] bytes)
    {
        using HttpResponseMessage response = new(HttpStatusCode.TooManyRequests);
        response.Headers.TryAddWithoutValidation("Retry-After", bytes.Text());
        TimeSpan wait = RetryAfter.Of(response, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(5));
        return wait >= TimeSpan.FromSeconds(1) && wait <= TimeSpan.FromHours(1) ? "bounded" : throw new FindingException($"waits {wait}");
    }

    // What is to be tried again later waits, which is as it should be; not here.
    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromMilliseconds(20)).Token;

    /// <summary>A platform that answers the input to everything but the asking for a token.</summary>
    private sealed class Wire : HttpMessageHandler, IHttpClientFactory
    {
        private readonly byte[] _body;
        private readonly int _status;
        private readonly string _type;
        private readonly DingTalkHttp _http;
        private readonly AccessTokenSource _tokens;

        public Wire(byte[] input)
        {
            _status = Statuses[input.Length > 0 ? input[0] % Statuses.Length : 0];
            _type = Types[input.Length > 1 ? input[1] % Types.Length : 0];
            _body = input.Length > 2 ? input[2..] : [];
            DingTalkOptions options = new() { OapiUrl = "http://oapi.invalid", ApiUrl = "http://api.invalid", AppKey = "k", AppSecretFile = Secret, CallsPerSecond = 1_000_000 };
            _http = new(this, options, TimeProvider.System);
            _tokens = new(options, _http, TimeProvider.System);
            Client = new(options, _http, _tokens);
        }

        public bool TokenToo { get; init; }

        public DingTalkClient Client { get; }

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            bool token = !TokenToo && request.RequestUri!.AbsolutePath.Contains("accessToken", StringComparison.Ordinal);
            HttpResponseMessage answer = new(token ? HttpStatusCode.OK : (HttpStatusCode)_status) { Content = new StreamContent(new MemoryStream(token ? Token.Utf8() : _body)) };
            answer.Content.Headers.TryAddWithoutValidation("Content-Type", token ? "application/json" : _type);
            return Task.FromResult(answer);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _tokens.Dispose();
                _http.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
