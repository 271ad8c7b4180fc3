using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Cli.Sim;

/// <summary>
/// A board played in this process, for looking at the terminal without an agent: it has the time, takes every entry once, knows a few cards and
/// one PIN, and looks at whoever stands there. Nothing of it is kept.
/// </summary>
public sealed class PlayedBoard(string terminal, TimeProvider time) : ILink
{
    /// <summary>Cards it knows; any other is unknown to it.</summary>
    public static IReadOnlyDictionary<string, string> Cards { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["04A1B2C3"] = "王小明",
        ["04A1B2C4"] = "Grace Hopper",
        ["04A1B2C5"] = "欧阳娜娜",
    };

    /// <summary>The number and PIN it knows.</summary>
    public const string Number = "1001";

    public const string Pin = "4826";

    private readonly Queue<LinkPacket> _down = new();
    private readonly Dictionary<string, ConfirmMessage> _answers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _last = new(StringComparer.Ordinal);
    private long _seq;

    public LinkPhase Phase { get; private set; }

    public void Begin()
    {
        _down.Clear();
        Phase = LinkPhase.Open;
    }

    public void Close() => Phase = LinkPhase.Closed;

    public LinkPacket? Receive() => _down.TryDequeue(out LinkPacket? packet) ? packet : null;

    public bool Publish(string topic, byte[] payload, bool atLeastOnce, bool retain)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (Phase != LinkPhase.Open) return false;
        switch (topic[(topic.LastIndexOf('/') + 1)..])
        {
            case LinkTopics.Hello:
                Send(new TimeMessage { Now = Now, OffsetMinutes = (int)time.LocalTimeZone.GetUtcOffset(time.GetUtcNow()).TotalMinutes, Trusted = true, UncertaintyMs = 50 });
                break;
            case LinkTopics.Ping when PingMessage.TryParse(payload, out PingMessage? ping, out _):
                Send(new PongMessage { N = ping.N });
                break;
            case LinkTopics.Card when CardMessage.TryParse(payload, out CardMessage? card, out _):
                Answer(card.Id, Cards.GetValueOrDefault(card.Uid), ConfirmResult.Unknown, "card-unknown");
                break;
            case LinkTopics.Pin when PinMessage.TryParse(payload, out PinMessage? pin, out _):
                Answer(pin.Id, pin.Person == Number && pin.Pin == Pin ? "王小明" : null, ConfirmResult.Refused, "pin-wrong");
                break;
            case LinkTopics.Event when EventMessage.TryParse(payload, out EventMessage? happened, out _):
                Send(new ConfirmMessage { Id = happened.Id, Result = ConfirmResult.Accepted });
                break;
            case LinkTopics.Presence when PresenceMessage.TryParse(payload, out PresenceMessage? presence, out _) && presence.Present:
                Send(new ShowMessage { Screen = ScreenKind.Look });
                break;
        }

        return true;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private void Answer(string id, string? name, ConfirmResult refused, string reason)
    {
        if (!_answers.TryGetValue(id, out ConfirmMessage? answer))
        {
            long now = Now;
            bool repeat = name is not null && _last.TryGetValue(name, out long last) && now - last < 60_000;
            answer = name is null
                ? new() { Id = id, Result = refused, Reason = reason }
                : new() { Id = id, Result = repeat ? ConfirmResult.Repeat : ConfirmResult.Accepted, Name = name, Seq = repeat ? _seq : ++_seq, At = repeat ? _last[name] : now };
            if (name is not null && !repeat) _last[name] = now;
            _answers[id] = answer;
        }

        Send(answer);
    }

    private void Send(LinkMessage message) => _down.Enqueue(new LinkPacket(LinkTopics.For(terminal, message.Leaf), message.Write()));
}
