using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Ledger.Store;

namespace Devices.Edge.Agent.Tests.View;

/// <summary>The view's calls of the real agent.</summary>
public sealed class ViewSocketTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static HttpClient Socket(Scratch scratch) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(scratch["s"], "agent.sock")), cancellation);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    { BaseAddress = new("http://agent") };

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient http, string by = "ada")
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/view?by=" + Uri.EscapeDataString(by));
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
    }

    private static async Task<string> IdOf(HttpResponseMessage opened)
    {
        opened.StatusCode.ShouldBe(HttpStatusCode.OK);
        using StreamReader reader = new(await opened.Content.ReadAsStreamAsync(Stop), leaveOpen: true);
        return JsonDocument.Parse((await reader.ReadLineAsync(Stop))!).RootElement.GetProperty("view").GetString()!;
    }

    private static async Task<(JsonElement View, byte[] Jpeg)> FrameAsync(HttpClient http, string id)
    {
        byte[] packet = await http.GetByteArrayAsync("/view/frame?view=" + id, Stop);
        int length = BinaryPrimitives.ReadInt32BigEndian(packet);
        return (JsonDocument.Parse(packet.AsMemory(4, length)).RootElement.Clone(), packet[(4 + length)..]);
    }

    [Fact]
    public async Task Two_views_at_most_each_told_and_reported_and_closed_with_its_connection()
    {
        using Scratch scratch = new();
        await using (AgentProcess agent = await AgentProcess.StartAsync(scratch))
        {
            using HttpClient http = Socket(scratch);
            using HttpResponseMessage first = await OpenAsync(http);
            string id = await IdOf(first);
            using (HttpResponseMessage second = await OpenAsync(http))
            {
                (await IdOf(second)).ShouldNotBe(id);
                using HttpResponseMessage third = await OpenAsync(http);
                third.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
                (await third.Content.ReadAsStringAsync(Stop)).ShouldContain("2 debug views are open");
            }

            (await agent.EventAsync("view", e => e.GetProperty("text").GetString()!.Contains("closed", StringComparison.Ordinal))).ShouldNotBe(default);
            (await agent.EventsAsync()).Count(e => e.GetProperty("kind").GetString() == "view" && e.GetProperty("text").GetString()!.Contains("opened by ada", StringComparison.Ordinal)).ShouldBe(2);
            // An account that would write a line of its own into the log is left out.
            using (HttpResponseMessage again = await OpenAsync(http, "ada\n00:00:00 forged")) await IdOf(again);
            (await agent.EventsAsync()).ShouldNotContain(e => e.GetProperty("text").GetString()!.Contains("forged", StringComparison.Ordinal));
            using HttpResponseMessage stranger = await http.GetAsync("/view/frame?view=guessed", Stop);
            stranger.StatusCode.ShouldBe(HttpStatusCode.Gone);

            // Neither camera nor models: said, with no picture.
            (JsonElement view, byte[] jpeg) = await FrameAsync(http, id);
            jpeg.ShouldBeEmpty();
            view.GetProperty("camera").GetProperty("state").GetString().ShouldBe("none");
            view.GetProperty("models").GetProperty("state").GetString().ShouldBe("none");
            view.TryGetProperty("frame", out _).ShouldBeFalse();
            await agent.StopAsync();
        }

        using LedgerStore ledger = LedgerStore.Open(new LedgerOptions { Path = Path.Combine(scratch["s"], "ledger.db"), Terminal = "m2-001", ReserveBytes = 0 }, "a later boot");
        ledger.Events.Peek(20).Count(e => e.Kind == "view-opened" && e.Text.Contains("people's faces", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task Without_models_the_picture_is_shown_all_the_same()
    {
        using Scratch scratch = new();
        byte[] picture = Jpegs.Make(3, 320, 240);
        await using MjpegCamera camera = await MjpegCamera.StartAsync(picture);
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), scratch["no-pack"]);
        using HttpClient http = Socket(scratch);
        using HttpResponseMessage opened = await OpenAsync(http);
        string id = await IdOf(opened);

        (JsonElement View, byte[] Jpeg)? seen = null;
        await Until.Some<object>(async () => (seen = await FrameAsync(http, id)).Value.Jpeg.Length > 0 ? "yes" : null, "a picture");

        seen!.Value.Jpeg.ShouldBe(picture);
        seen.Value.View.GetProperty("frame").GetProperty("analysed").GetBoolean().ShouldBeFalse();
        seen.Value.View.GetProperty("models").GetProperty("state").GetString().ShouldBe("fault");
        seen.Value.View.GetProperty("models").GetProperty("text").GetString()!.ShouldContain("no-pack");
    }

    [Fact]
    public async Task A_browser_that_asks_much_and_reads_nothing_holds_up_nobody()
    {
        using Scratch scratch = new();
        await using MjpegCamera camera = await MjpegCamera.StartAsync(Jpegs.Make(3, 640, 480));
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), scratch["no-pack"]);
        using HttpClient http = Socket(scratch);
        using HttpResponseMessage deaf = await OpenAsync(http), reader = await OpenAsync(http);
        string deafId = await IdOf(deaf), id = await IdOf(reader);
        using Socket stuck = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await stuck.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(scratch["s"], "agent.sock")), Stop);
        string questions = string.Concat(Enumerable.Repeat($"GET /view/frame?view={deafId} HTTP/1.1\r\nHost: agent\r\n\r\n", 200));
        await stuck.SendAsync(System.Text.Encoding.ASCII.GetBytes(questions), Stop);

        List<long> seen = [];
        await Until.Some<object>(async () =>
        {
            (JsonElement view, byte[] jpeg) = await FrameAsync(http, id);
            if (jpeg.Length > 0) seen.Add(view.GetProperty("frame").GetProperty("number").GetInt64());
            return seen.Count >= 20 ? "yes" : null;
        }, "twenty frames beside the one who does not read");

        seen.ShouldBe(seen.Distinct().Order());
        // All the while the agent answers everybody else.
        (await agent.GetAsync("/status")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_person_before_the_camera_is_seen_with_points_values_scores_and_the_decision()
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        await using MjpegCamera camera = await MjpegCamera.StartAsync(Jpegs.Make(1, 720, 576));
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), pack, "--Liveness:Enabled=false");
        (await agent.EnrolAsync("e1", "Felix Laurent", null, "franck_02888.jpg", "franck_04035.jpg")).Code.ShouldBe(HttpStatusCode.OK);
        (await agent.EnrolAsync("e2", "Audrey", null, "audrey.jpg")).Code.ShouldBe(HttpStatusCode.OK);
        using HttpClient http = Socket(scratch);
        using HttpResponseMessage opened = await OpenAsync(http);
        string id = await IdOf(opened);
        await FrameAsync(http, id);
        camera.Play(Repo.Picture("franck_02159.jpg"), Repo.Picture("franck_02221.jpg"));

        JsonElement view = default;
        byte[] jpeg = [];
        await Until.Some<object>(async () =>
        {
            (view, jpeg) = await FrameAsync(http, id);
            return view.GetProperty("decisions").EnumerateArray().Any(d => d.GetProperty("outcome").GetProperty("kind").GetString() == "accepted")
                && view.GetProperty("faces").GetArrayLength() > 0 ? "yes" : null;
        }, "the decision on the page");

        jpeg.Length.ShouldBeGreaterThan(1000);
        JsonElement face = view.GetProperty("faces")[0];
        face.GetProperty("points").GetArrayLength().ShouldBe(5);
        face.GetProperty("reason").GetString().ShouldBe("good");
        face.GetProperty("quality").EnumerateArray().Count(m => m.GetProperty("ok").GetBoolean()).ShouldBe(10);
        JsonElement outcome = view.GetProperty("decisions").EnumerateArray().First(d => d.GetProperty("outcome").GetProperty("kind").GetString() == "accepted").GetProperty("outcome");
        outcome.GetProperty("best").GetProperty("name").GetString().ShouldBe("Felix Laurent");
        outcome.GetProperty("second").GetProperty("person").GetString().ShouldBe("e2");
        outcome.GetProperty("best").GetProperty("score").GetSingle().ShouldBeGreaterThan(outcome.GetProperty("threshold").GetSingle());
        face.GetProperty("compared").GetProperty("best").GetProperty("person").GetString().ShouldBe("e1");
        JsonElement times = view.GetProperty("frame").GetProperty("times");
        foreach (string stage in (string[])["decode", "detect", "analyse", "total"]) times.GetProperty(stage).GetDouble().ShouldBeGreaterThan(0, stage);
        view.GetProperty("lines").EnumerateArray().ShouldContain(l => l.GetProperty("text").GetString()!.Contains("Felix Laurent", StringComparison.Ordinal));
        // Frames are shown, never kept.
        Directory.EnumerateFiles(scratch["s"], "*", SearchOption.AllDirectories).ShouldNotContain(f => f.EndsWith(".jpg", StringComparison.OrdinalIgnoreCase));
    }
}
