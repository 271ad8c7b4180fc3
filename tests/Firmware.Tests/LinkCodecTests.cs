using System.Text;
using System.Text.Json;
using CsCheck;
using Devices.Link;

namespace Devices.Firmware.Tests;

public sealed class LinkCodecTests
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789-";

    private static readonly Gen<string> Ids = Gen.String[Gen.Char[Letters], 1, LinkLimits.MaxId];
    private static readonly Gen<long> Numbers = Gen.Long[0, LinkLimits.MaxNumber];
    private static readonly Gen<long> Times = Gen.Long[0, LinkLimits.MaxEpochMs];

    private static readonly Gen<string> WellFormed = Gen.OneOf(
        Gen.Char['\0', '\uD7FF'].Select(c => c.ToString()),
        Gen.Char['\uE000', '\uFFFF'].Select(c => c.ToString()),
        Gen.Int[0x10000, 0x10FFFF].Select(char.ConvertFromUtf32)).Array[0, 30].Select(string.Concat);

    [Fact]
    public void A_confirm_survives_the_wire() =>
        Gen.Select(Ids, Gen.Enum<ConfirmResult>(), Numbers, WellFormed, Times, WellFormed).Sample((id, result, seq, name, at, reason) =>
        {
            byte[] payload = new ConfirmMessage { Id = id, Result = result, Seq = seq, Name = name, At = at, Reason = reason }.Write();
            ConfirmMessage.TryParse(payload, out ConfirmMessage? read, out LinkFault? fault).ShouldBeTrue(fault?.Sentence);
            (read!.Id, read.Result, read.Seq, read.Name, read.At, read.Reason).ShouldBe((id, result, seq, name, at, reason));
        });

    [Fact]
    public void A_card_survives_the_wire_and_other_readers_agree() =>
        Gen.Select(Ids, Gen.Byte.Array[4, 10], Numbers, Ids, Times, Gen.Enum<PunchDirection>()).Sample((id, uid, uptime, boot, now, direction) =>
        {
            string hex = Convert.ToHexString(uid);
            byte[] payload = new CardMessage { Id = id, Uid = hex, UptimeMs = uptime, Boot = boot, Now = now, Direction = direction }.Write();
            CardMessage.TryParse(payload, out CardMessage? read, out _).ShouldBeTrue();
            (read!.Id, read.Uid, read.UptimeMs, read.Boot, read.Now, read.Direction).ShouldBe((id, hex, uptime, boot, now, direction));
            using JsonDocument json = JsonDocument.Parse(payload);
            json.RootElement.GetProperty("v").GetInt32().ShouldBe(1);
            json.RootElement.GetProperty("id").GetString().ShouldBe(id);
            json.RootElement.GetProperty("uptime_ms").GetInt64().ShouldBe(uptime);
        });

    [Fact]
    public void Texts_are_written_as_System_Text_Json_reads_them() => WellFormed.Sample(text =>
    {
        byte[] payload = new ShowMessage { Screen = ScreenKind.Hint, Text = text }.Write();
        using JsonDocument json = JsonDocument.Parse(payload);
        json.RootElement.GetProperty("text").GetString().ShouldBe(text);
    });

    [Fact]
    public void Texts_are_read_as_System_Text_Json_writes_them() => WellFormed.Sample(text =>
    {
        byte[] payload = JsonSerializer.SerializeToUtf8Bytes(new { v = 1, screen = "hint", name = "", text, at = 0, seq = 0, queue = 0 });
        ShowMessage.TryParse(payload, out ShowMessage? read, out LinkFault? fault).ShouldBeTrue(fault?.Sentence);
        read!.Text.ShouldBe(text);
    });

    [Fact]
    public void Every_message_survives_the_wire()
    {
        Both(new HelloMessage { Boot = "b-1", Firmware = "0.1.0", Reason = "power", UptimeMs = 5, Now = 0 }, HelloMessage.TryParse);
        Both(new PinMessage { Id = "x-1", Person = "1001", Pin = "4711", UptimeMs = 5, Boot = "b", Now = 9, Direction = PunchDirection.Out }, PinMessage.TryParse);
        Both(new PresenceMessage { Present = true, UptimeMs = 5 }, PresenceMessage.TryParse);
        Both(new EventMessage { Id = "e-1", Kind = EventKind.DoorHeld, UptimeMs = 5, Detail = "门开着" }, EventMessage.TryParse);
        Both(new PingMessage { N = 7 }, PingMessage.TryParse);
        Both(new PingMessage { N = 7, Boot = "b-1", UptimeMs = 2_592_000_000, PongN = 6, SinceMs = 3980 }, PingMessage.TryParse);
        Both(new StatusMessage { Online = true, Firmware = "0.1.0", Queue = 3, FreeBytes = 99, Rssi = -71 }, StatusMessage.TryParse);
        Both(new ShowMessage { Screen = ScreenKind.CardPlease, Name = "王小明", Text = "t", At = 1, Seq = 2, Queue = 3 }, ShowMessage.TryParse);
        Both(new TimeMessage { Now = 1764105600000, OffsetMinutes = -210, Trusted = true }, TimeMessage.TryParse);
        Both(new DoorMessage { Id = "d-1", OpenMs = 3000 }, DoorMessage.TryParse);
        Both(new PongMessage { N = 7 }, PongMessage.TryParse);
        Both(new PongMessage { N = 7, Now = 1764105600000, UncertaintyMs = 61 }, PongMessage.TryParse);
    }

    [Fact]
    public void Every_word_has_its_value_and_back()
    {
        foreach (ScreenKind kind in Enum.GetValues<ScreenKind>())
        {
            LinkWords.TryScreen(LinkWords.Of(kind), out ScreenKind back).ShouldBeTrue();
            back.ShouldBe(kind);
        }

        foreach (EventKind kind in Enum.GetValues<EventKind>())
        {
            LinkWords.TryEvent(LinkWords.Of(kind), out EventKind back).ShouldBeTrue();
            back.ShouldBe(kind);
        }

        LinkWords.Of((ScreenKind)99).ShouldBe("");
    }

    [Theory]
    [InlineData("", LinkError.NotJson)]
    [InlineData("[]", LinkError.NotJson)]
    [InlineData("null", LinkError.NotJson)]
    [InlineData("{", LinkError.NotJson)]
    [InlineData("{}", LinkError.MissingField)]
    [InlineData("{\"v\":1}x", LinkError.NotJson)]
    [InlineData("{\"v\":1,}", LinkError.NotJson)]
    [InlineData("{\"v\":1 \"n\":2}", LinkError.NotJson)]
    [InlineData("{\"v\":2,\"n\":1}", LinkError.UnknownVersion)]
    [InlineData("{\"v\":\"1\",\"n\":1}", LinkError.WrongType)]
    [InlineData("{\"v\":1}", LinkError.MissingField)]
    [InlineData("{\"v\":1,\"n\":1,\"n\":2}", LinkError.DuplicateField)]
    [InlineData("{\"v\":1,\"n\":{\"a\":1}}", LinkError.NotFlat)]
    [InlineData("{\"v\":1,\"n\":[1]}", LinkError.NotFlat)]
    [InlineData("{\"v\":1,\"n\":null}", LinkError.NotJson)]
    [InlineData("{\"v\":1,\"n\":1.5}", LinkError.OutOfRange)]
    [InlineData("{\"v\":1,\"n\":1e3}", LinkError.OutOfRange)]
    [InlineData("{\"v\":1,\"n\":01}", LinkError.OutOfRange)]
    [InlineData("{\"v\":1,\"n\":-}", LinkError.OutOfRange)]
    [InlineData("{\"v\":1,\"n\":-1}", LinkError.OutOfRange)]
    [InlineData("{\"v\":1,\"n\":9223372036854775808}", LinkError.OutOfRange)]
    [InlineData("{\"v\":1,\"n\":99999999999999999999999}", LinkError.OutOfRange)]
    [InlineData("{\"v\":1,\"n\":true}", LinkError.WrongType)]
    [InlineData("{\"v\":1,\"n\":tru}", LinkError.NotJson)]
    [InlineData("{\"v\":1,\"n\":\"a\nb\"}", LinkError.BadText)]
    [InlineData("{\"v\":1,\"n\":\"\\ud800\"}", LinkError.BadText)]
    [InlineData("{\"v\":1,\"n\":\"\\udc00\"}", LinkError.BadText)]
    [InlineData("{\"v\":1,\"n\":\"\\x\"}", LinkError.NotJson)]
    [InlineData("{\"v\":1,\"n\":\"\\u12\"}", LinkError.BadText)]
    [InlineData("{\"v\":1,\"n\":\"abc", LinkError.NotJson)]
    [InlineData("{\"a-name-that-is-longer-than-any\":1}", LinkError.OutOfRange)]
    public void Hostile_payloads_get_a_code_and_a_sentence(string payload, LinkError expected)
    {
        PingMessage.TryParse(Encoding.UTF8.GetBytes(payload), out PingMessage? message, out LinkFault? fault).ShouldBeFalse();
        message.ShouldBeNull();
        fault!.Code.ShouldBe(expected);
        fault.Sentence.ShouldEndWith(".");
    }

    [Theory]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xE0, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xE7, 0x8E })]
    public void Broken_UTF8_is_refused(byte[] bad)
    {
        byte[] payload = [.. "{\"v\":1,\"n\":\""u8, .. bad, .. "\"}"u8];
        PingMessage.TryParse(payload, out _, out LinkFault? fault).ShouldBeFalse();
        fault!.Code.ShouldBe(LinkError.BadText);
    }

    [Fact]
    public void Too_many_fields_and_too_many_bytes_are_refused()
    {
        string many = "{\"v\":1" + string.Concat(Enumerable.Range(0, 20).Select(i => $",\"f{i}\":1")) + "}";
        PingMessage.TryParse(Encoding.UTF8.GetBytes(many), out _, out LinkFault? fault).ShouldBeFalse();
        fault!.Code.ShouldBe(LinkError.TooManyFields);
        PingMessage.TryParse(new byte[LinkLimits.MaxPayload + 1], out _, out fault).ShouldBeFalse();
        fault!.Code.ShouldBe(LinkError.TooLarge);
    }

    [Fact]
    public void Unknown_fields_are_passed_over()
    {
        PingMessage.TryParse("{ \"later\":\"x\", \"n\":3 , \"v\":1 }"u8.ToArray(), out PingMessage? message, out _).ShouldBeTrue();
        message!.N.ShouldBe(3);
    }

    [Fact]
    public void Random_bytes_never_throw() => Gen.Byte.Array[0, 200].Sample(Never);

    [Fact]
    public void A_changed_payload_never_throws()
    {
        byte[] good = new ShowMessage { Screen = ScreenKind.Thanks, Name = "王\\\"小明😀", Text = "\n", At = 1764105600000, Seq = 12 }.Write();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            byte[] bad = [.. good];
            bad[at] = value;
            Never(bad[..length]);
        });
    }

    [Fact]
    public void The_largest_messages_fit()
    {
        string wide = new('王', 400);
        new ShowMessage { Screen = ScreenKind.CardPlease, Name = wide, Text = wide, At = LinkLimits.MaxEpochMs, Seq = LinkLimits.MaxNumber, Queue = LinkLimits.MaxNumber }
            .Write().Length.ShouldBeLessThanOrEqualTo(LinkLimits.MaxPayload);
        string controls = new('\u0001', 400);
        new ConfirmMessage { Id = new string('a', 48), Name = controls, Reason = controls }.Write().Length.ShouldBeLessThanOrEqualTo(LinkLimits.MaxPayload);
    }

    [Fact]
    public void Long_names_are_clipped_without_cutting_a_character_in_half()
    {
        string name = string.Concat(Enumerable.Repeat("😀", 40));
        ConfirmMessage.TryParse(new ConfirmMessage { Id = "a", Name = name }.Write(), out ConfirmMessage? read, out _).ShouldBeTrue();
        read!.Name.ShouldBe(string.Concat(Enumerable.Repeat("😀", 31)) + "…");
    }

    [Fact]
    public void What_breaks_the_rules_is_not_written()
    {
        Should.Throw<ArgumentException>(() => new CardMessage { Id = "Upper", Uid = "04A1B2C3", Boot = "b" }.Write()).Message.ShouldContain("'id'");
        Should.Throw<ArgumentException>(() => new CardMessage { Id = "a", Uid = "04a1b2c3", Boot = "b" }.Write()).Message.ShouldContain("'uid'");
        Should.Throw<ArgumentException>(() => new DoorMessage { Id = "a", OpenMs = 60000 }.Write()).Message.ShouldContain("'open_ms'");
    }

    [Theory]
    [InlineData("m/m2-001/card", true)]
    [InlineData("m/m2-001/confirm", true)]
    [InlineData("m/m2-001/other", false)]
    [InlineData("m/M2/card", false)]
    [InlineData("m//card", false)]
    [InlineData("m/a/b/card", false)]
    [InlineData("d/m2-001/card", false)]
    [InlineData("m/m2-001/", false)]
    [InlineData("m", false)]
    [InlineData("", false)]
    public void Topics_are_split_strictly(string topic, bool good) => LinkTopics.TrySplit(topic, out _, out _).ShouldBe(good);

    private delegate bool Parser<T>(byte[] payload, out T? message, out LinkFault? fault)
        where T : LinkMessage;

    private static void Both<T>(T message, Parser<T> parse)
        where T : LinkMessage
    {
        byte[] payload = message.Write();
        parse(payload, out T? read, out LinkFault? fault).ShouldBeTrue(fault?.Sentence);
        read!.Write().ShouldBe(payload);
    }

    private static void Never(byte[] payload)
    {
        foreach (LinkFault? fault in new[]
        {
            Try<ShowMessage>(payload, ShowMessage.TryParse), Try<ConfirmMessage>(payload, ConfirmMessage.TryParse),
            Try<CardMessage>(payload, CardMessage.TryParse), Try<TimeMessage>(payload, TimeMessage.TryParse),
        })
        {
            fault?.Sentence.ShouldNotBeNullOrWhiteSpace();
        }
    }

    private static LinkFault? Try<T>(byte[] payload, Parser<T> parse)
        where T : LinkMessage => parse(payload, out _, out LinkFault? fault) ? null : fault.ShouldNotBeNull();
}
