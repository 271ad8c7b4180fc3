using System.Text;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Delivery.Targets;
using Devices.Bridge.Roster;
using Devices.Bridge.Roster.Events;
using Devices.Bridge.Tests.Delivery;
using Devices.Bridge.Tests.Kit;
using Devices.Bridge.Tests.Roster;
using Devices.Bridge.Tests.Targets;
using Devices.Contract.Messages;
using Microsoft.AspNetCore.Http;

namespace Devices.Bridge.Tests.Security;

/// <summary>A platform, or somebody in its place, that answers and calls back as it should not. What fuzzing found is here as a whole way each.</summary>
public sealed class HostileAnswerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_without_end_or_in_a_strange_character_set_is_an_outcome_and_costs_no_memory()
    {
        Func<HttpContext, Task> answer = _ => Task.CompletedTask;
        await using SmallWeb cloud = await SmallWeb.PlatformAsync(context => answer(context));
        await using TargetBench bench = TargetBench.On(cloud.Address, "20");

        // Chunked, so that no length gives it away; far more than any answer has.
        answer = async context =>
        {
            byte[] much = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(much, context.RequestAborted);
        };
        DeliveryOutcome endless = await SendAsync(bench);
        (endless.Kind, endless.Reason).ShouldBe((OutcomeKind.Ambiguous, "reason.unreadable_answer"));
        Endless source = new();
        (await BoundedBody.ReadAsync(new StreamContent(source), 1_000_000, Stop)).ShouldBeNull();
        source.Given.ShouldBeLessThan(3_000_000, "it is not read further than that it is too long");

        answer = context =>
        {
            context.Response.Headers.ContentType = "application/json; charset=none-such";
            return context.Response.WriteAsync("""{"errcode":0,"errmsg":"ok"}""");
        };
        (await SendAsync(bench)).Kind.ShouldBe(OutcomeKind.Accepted, "the platform speaks UTF-8 whatever a gateway writes above it");
    }

    [Fact]
    public async Task A_name_cut_in_the_middle_of_a_letter_is_a_name_and_stops_no_roster()
    {
        await using SmallWeb cloud = await SmallWeb.PlatformAsync(context => context.Response.WriteAsync(context.Request.Path.Value!.EndsWith("listsub", StringComparison.Ordinal)
            ? """{"errcode":0,"result":[]}"""
            : """{"errcode":0,"result":{"has_more":false,"list":[{"userid":"u1","name":"Grace \ud83d","\ud800":1},{"userid":"u2","name":"Ada"}]}}"""));
        await using TargetBench bench = TargetBench.On(cloud.Address, "20");
        RosterPull pull = await new DingTalkRoster(bench.Get<DingTalkClient>()).PullAsync(Stop);
        pull.Complete.ShouldBeTrue(pull.Outcome.Reason);
        pull.People.Select(one => one.Name).ShouldBe(["Grace \uFFFD", "Ada"]);
    }

    [Theory]
    [InlineData("""{"EventType":"user_add_org","UserId":["\ud800"],"\udc00":1}""")]
    [InlineData("""{"EventType":"user_add_org","UserId":["u1"],"UserId":["u2"],"eventId":"\ud83d"}""")]
    public void A_push_with_broken_letters_or_doubled_names_is_answered_and_never_a_fault(string text)
    {
        System.Text.Json.JsonElement body = EventReading.Body(text).ShouldNotBeNull();
        EventReading.Text(EventReading.Field(body, "EventType")).ShouldBe("user_add_org");
        EventReading.Marks(new("id", "user_add_org", body)).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("""{"type":"EVENT","headers":{"messageId":"m1","messageId":"m2"},"data":"{}"}""")]
    [InlineData("""{"type":"EVENT","type":"SYSTEM","headers":{"messageId":"m1"}}""")]
    public void A_frame_in_which_a_name_stands_twice_is_none(string text) => StreamFrame.Read(Encoding.UTF8.GetBytes(text)).ShouldBeNull();

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\"")]
    [InlineData("\"\\ud83d\"", "\"\\ufffd\"")]
    [InlineData("\"\\ude00\\ud83d\"", "\"\\ufffd\\ufffd\"")]
    [InlineData("\"\\\\ud83d\"", "\"\\\\ud83d\"")]
    [InlineData("\"\\\\\\ud83d\"", "\"\\\\\\ufffd\"")]
    [InlineData("\"\\ud83d\\n\"", "\"\\ufffd\\n\"")]
    [InlineData("\"\\ud83", "\"\\ud83")]
    public void Half_a_letter_is_made_whole_and_all_else_is_left_as_it_is(string json, string whole) => JsonLetters.Whole(json).ShouldBe(whole);

    private static async Task<DeliveryOutcome> SendAsync(TargetBench bench) => await bench.Get<IPlatformTarget>().SendAsync(new("ada", Bench.Now(5), "m2-001", "m2-001"), Stop);

    private sealed class Endless : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Given += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
