using System.Net;
using System.Text.Json;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Track;
using Devices.Link;

namespace Devices.Edge.Agent.Tests.Recognition;

/// <summary>Public failures of face terminals that no other test here shows (tests/CASES.md lists all).</summary>
public sealed class PublicReportTests
{
    private const string Card = "04A1B2C3";

    private static RecognitionDesk DeskOf(McuBench bench) => new(
        bench.Options, bench.People, bench.Book, bench.Trusted, bench.Gate,
        new McuScreen(bench.Broker.SendAsync, () => bench.Ledger.Queue, bench.Narration, TimeProvider.System),
        bench.Desk, bench.Narration, new SiteClock(bench.Options.Zone), () => bench.Ledger.LedgerId);

    /// <summary>roflcoopter/viseron#411: the best match was always returned, so a face that nobody knows was never told apart, and never kept.</summary>
    [Fact]
    public async Task Viseron_411_an_unknown_face_is_an_event_of_its_own_kind_and_never_the_nearest_person()
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.People.Put("e1", "Grace", null, null, null).ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        await DeskOf(bench).DecideAsync(new TrackOutcome.Unknown(new Candidate("e1", 0.42f), 0.43f, 0.98f, new PackRef("sface", "1.0.0"), 3));

        await Until.True(() => mcu.Shown.Any(s => s.Screen == ScreenKind.Unknown), "the screen that says so");
        NarrationEvent told = bench.Narration.Recent.Single(e => e.Kind == "refused");
        (told.Reason, told.Person, told.Name).ShouldBe(("unknown", null, null));
        Contract.Messages.EventMessage kept = bench.Ledger.Events.Peek(10).ShouldHaveSingleItem();
        kept.Kind.ShouldBe("face-unknown");
        kept.Text.ShouldNotContain("Grace");
        bench.Ledger.LastSeq.ShouldBe(0);
    }

    /// <summary>
    /// justadudewhohacks/face-api.js#221, ageitgey/face_recognition#371, NEXARA-oss/PulseStack#159 and others: a photograph on a phone punched
    /// in. Detection is on unless somebody turns it off; what it refuses makes no punch and goes up as a security event.
    /// </summary>
    [Theory]
    [InlineData(SpoofCue.Texture)]
    [InlineData(SpoofCue.Flat)]
    [InlineData(SpoofCue.Frozen)]
    [InlineData(SpoofCue.Challenge)]
    public async Task Face_api_js_221_a_presentation_attack_makes_no_punch_and_is_reported_whatever_gave_it_away(SpoofCue cue)
    {
        await using McuBench bench = await McuBench.StartAsync();
        bench.Options.Liveness.ShouldBeTrue("without any setting");
        bench.People.Put("e1", "Grace", null, null, null).ShouldBeNull();
        await using McuClient mcu = await bench.McuAsync();
        await DeskOf(bench).DecideAsync(new TrackOutcome.Spoof(0.12f, 0.7f, new Candidate("e1", 0.8f)) { Cue = cue });

        await Until.True(() => mcu.Shown.Any(s => s.Screen == ScreenKind.Spoof), "the screen that says so");
        bench.Narration.Recent.Single(e => e.Kind == "refused").Reason.ShouldBe("spoof");
        bench.Ledger.Events.Peek(10).ShouldHaveSingleItem().Kind.ShouldBe("face-spoof");
        bench.Ledger.LastSeq.ShouldBe(0);
        mcu.Shown.ShouldNotContain(s => s.Screen == ScreenKind.Thanks);
    }

    /// <summary>exadel-inc/CompreFace#417: on a processor without the instructions it was built for, the service ended with code 132 and not a word.</summary>
    [Fact]
    public async Task CompreFace_417_on_a_processor_without_its_instructions_the_agent_says_so_and_takes_cards()
    {
        string pack = Repo.PackOrSkip();
        using Scratch scratch = new();
        string config = scratch["agent.json"];
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(new { Terminal = "m2-001", State = scratch["s"], TimeZone = "Asia/Shanghai", Camera = "none", Mcu = new { Port = 0 }, ModelPack = pack }), TestContext.Current.CancellationToken);
        // The runtime hides the processor's extensions from the program, as an old processor would.
        await using AgentProcess agent = AgentProcess.Run(Path.Combine(scratch["s"], "agent.sock"), ["/usr/bin/env", "DOTNET_EnableHWIntrinsic=0"], ["--config", config]);
        await agent.UpAsync();

        (await agent.GetAsync("/health")).Body.GetProperty("mode").GetString().ShouldBe("cards-only");
        agent.Output.ShouldContain("Face recognition cannot run here: this ");
        agent.Output.ShouldContain("card and PIN work without it");
        (await agent.EnrolAsync("e1", "Grace Hopper", Card)).Code.ShouldBe(HttpStatusCode.OK);
        (await agent.StopAsync()).ShouldBe(0, agent.Errors);
        agent.Errors.ShouldNotContain("   at ");
    }
}
