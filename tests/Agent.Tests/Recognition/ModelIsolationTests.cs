using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Vision.Tests.Support;
using Devices.Link;

namespace Devices.Edge.Agent.Tests.Recognition;

/// <summary>What a crash or a hang of the models costs, with real processes and real signals.</summary>
public sealed class ModelIsolationTests
{
    private const string Card = "04A1B2C3";

    // Moments of one living man.
    private static byte[][] Man => [Repo.Picture("franck_02159.jpg"), Repo.Picture("franck_02045.jpg"), Repo.Picture("franck_02221.jpg")];

    // The models' process: the child of the agent that was started with the worker's verb.
    private static int? WorkerOf(AgentProcess agent)
    {
        foreach (string directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int id)) continue;
            try
            {
                string stat = File.ReadAllText(Path.Combine(directory, "stat"));
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (fields[0] != "Z" && int.Parse(fields[1], CultureInfo.InvariantCulture) == agent.Id
                    && File.ReadAllText(Path.Combine(directory, "cmdline")).Contains(FaceModels.WorkerVerb, StringComparison.Ordinal)) return id;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended while it was looked at.
            }
        }

        return null;
    }

    // .NET's handler passes a fault on by restoring the default and returning to the instruction that faults again. One that was sent
    // from outside does not fault again, so it is sent until it took effect.
    private static async Task Signal(int process, string signal)
    {
        string status = $"/proc/{process}/status";
        for (int i = 0; i < 100; i++)
        {
            using Process kill = Process.Start("kill", [signal, process.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            await Task.Delay(50, TestContext.Current.CancellationToken);
            if (signal == "-STOP" || !File.Exists(status) || File.ReadAllText(status).Contains("State:\tZ", StringComparison.Ordinal)) return;
        }

        throw new TimeoutException($"The models' process survived {signal}.");
    }

    private static async Task<McuClient> McuOf(AgentProcess agent, Scratch scratch)
    {
        using JsonDocument status = await agent.StatusAsync();
        return await McuClient.ConnectAsync(status.RootElement.GetProperty("mcu_port").GetInt32(), "m2-001", File.ReadAllText(Path.Combine(scratch["s"], "mcu.password")).Trim());
    }

    private static async Task<long> CardPunch(McuClient mcu, string entry)
    {
        long begin = Stopwatch.GetTimestamp();
        await mcu.CardAsync(entry, Card);
        (await mcu.ConfirmOf(entry)).Result.ShouldBe(ConfirmResult.Accepted);
        return (long)Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    private static int Count(List<JsonElement> events, string kind, string text) =>
        events.Count(e => e.GetProperty("kind").GetString() == kind && e.GetProperty("text").GetString()!.Contains(text, StringComparison.Ordinal));

    [Theory]
    [InlineData("-SEGV", "segmentation fault")]
    [InlineData("-ABRT", "abort")]
    [InlineData("-STOP", "gave no answer")]
    public async Task Onnxruntime_23716_models_that_crash_or_stop_come_back_by_themselves_and_cards_are_punched_meanwhile(string signal, string said)
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        await using MjpegCamera camera = await MjpegCamera.StartAsync(null);
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), pack, "--Repeat:Seconds=0");
        (await agent.EnrolAsync("e1", "Felix Laurent", null, "franck_02888.jpg", "franck_04035.jpg")).Code.ShouldBe(HttpStatusCode.OK);
        (await agent.EnrolAsync("e2", "Grace Hopper", Card)).Code.ShouldBe(HttpStatusCode.OK);
        await using McuClient mcu = await McuOf(agent, scratch);
        int worker = WorkerOf(agent).ShouldNotBeNull();
        camera.Play(Man);
        await agent.EventAsync("punch", e => e.GetProperty("person").GetString() == "e1");

        await Signal(worker, signal);
        long begin = Stopwatch.GetTimestamp();
        long card = await CardPunch(mcu, "during");
        JsonElement told = await agent.EventAsync("models", e => e.GetProperty("text").GetString()!.Contains(said, StringComparison.Ordinal));
        long again = await CardPunch(mcu, "after");
        await agent.EventAsync("models", e => e.GetProperty("text").GetString() == "The face models work again.");
        TimeSpan down = Stopwatch.GetElapsedTime(begin);

        // Whoever comes next is recognised: nobody, then the man again.
        camera.Picture = Jpegs.Make(1, 720, 576);
        int punches = Count(await agent.EventsAsync(), "punch", "Felix");
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        camera.Play(Man);
        await Until.Some<object>(async () => Count(await agent.EventsAsync(), "punch", "Felix") > punches ? "yes" : null, "his next punch; the log so far:\n" + agent.Output);

        told.GetProperty("text").GetString()!.ShouldContain("Cards work meanwhile.");
        WorkerOf(agent).ShouldNotBeNull().ShouldNotBe(worker);
        agent.HasExited.ShouldBeFalse();
        agent.Errors.ShouldNotContain("   at ");
        (await agent.GetAsync("/health")).Body.GetProperty("mode").GetString().ShouldBe("whole");
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{signal}: face down for {down.TotalSeconds:F1} s, card punch at once {card} ms, during recovery {again} ms"));
    }

    [Fact]
    public async Task A_model_that_loops_for_ages_on_a_face_leaves_the_agent_and_the_cards_alive_and_is_named()
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        TinyOnnx.PackWithLiveness(pack, scratch["pack"], TinyOnnx.Hangs(128, 3));
        await using MjpegCamera camera = await MjpegCamera.StartAsync(Jpegs.Make(1, 720, 576));
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), scratch["pack"], "--Repeat:Seconds=0");
        (await agent.EnrolAsync("e2", "Grace Hopper", Card)).Code.ShouldBe(HttpStatusCode.OK);
        await using McuClient mcu = await McuOf(agent, scratch);
        (await agent.GetAsync("/health")).Body.GetProperty("mode").GetString().ShouldBe("whole");

        camera.Picture = Repo.Picture("franck_02159.jpg");
        await Until.Some<object>(async () =>
        {
            // A card every moment, before, in and after each hang.
            await CardPunch(mcu, "card-" + Guid.NewGuid().ToString("N")[..8]);
            return agent.Output.Contains("gave no answer in fr_liveness.onnx", StringComparison.Ordinal) ? "yes" : null;
        }, "the line that names the model; the log so far:\n" + agent.Output);
        (HttpStatusCode code, JsonElement health) = await agent.GetAsync("/health");
        code.ShouldBe(HttpStatusCode.ServiceUnavailable);
        health.GetProperty("mode").GetString().ShouldBe("cards-only");
        health.GetProperty("silent").GetArrayLength().ShouldBe(0, "a hang of a model must not starve the watchdog");

        // Enrolment says so too, and changes nothing.
        (HttpStatusCode enrolled, JsonElement answer) = await agent.EnrolAsync("e1", "Felix Laurent", null, "franck_02888.jpg");
        enrolled.ShouldBe(HttpStatusCode.ServiceUnavailable, answer.ToString());
        answer.GetProperty("reason").GetString()!.ShouldContain("Nothing was changed");

        camera.Picture = Jpegs.Make(1, 720, 576);
        await agent.EventAsync("models", e => e.GetProperty("text").GetString() == "The face models work again.");
        await CardPunch(mcu, "last");
        (await agent.StopAsync()).ShouldBe(0, agent.Errors);
    }

    [Fact]
    public async Task A_model_whose_answer_is_not_a_number_makes_no_punch_and_is_named_once()
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        TinyOnnx.PackWithLiveness(pack, scratch["pack"], TinyOnnx.GivesNaN(128, 3));
        await using MjpegCamera camera = await MjpegCamera.StartAsync(Repo.Picture("franck_02159.jpg"));
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), scratch["pack"]);
        JsonElement told = await agent.EventAsync("models", e => e.GetProperty("text").GetString()!.Contains("not a number", StringComparison.Ordinal));
        told.GetProperty("text").GetString()!.ShouldStartWith("fr_liveness.onnx gave a value that is not a number");
        (await agent.GetAsync("/health")).Body.GetProperty("mode").GetString().ShouldBe("cards-only");
        (await agent.EventsAsync()).ShouldNotContain(e => e.GetProperty("kind").GetString() == "punch");
    }

    [Fact]
    public async Task The_models_process_goes_with_the_agent_however_that_ends()
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        await using AgentProcess agent = await AgentProcess.StartAsync(scratch, "none", pack);
        int worker = WorkerOf(agent).ShouldNotBeNull();
        await agent.KillAsync();
        await Until.True(() => !Directory.Exists($"/proc/{worker}") || File.ReadAllText($"/proc/{worker}/stat").Contains(") Z ", StringComparison.Ordinal), "the end of the models' process");
    }
}
