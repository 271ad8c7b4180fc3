using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Sim;

/// <summary>
/// The board at the other end, as far as the MCU sees it: answers pings, confirms entries once each by id, and can be away (connections
/// fail), silent (packets vanish both ways while the socket looks open), or mute (it receives and does not confirm).
/// </summary>
internal sealed class SimBoard(string terminal) : ILink
{
    private readonly Queue<LinkPacket> _down = new();
    private readonly Dictionary<string, long> _ledger = [];

    public LinkPhase Phase { get; private set; }

    public bool Away { get; set; }

    public bool Silent { get; set; }

    public bool Mute { get; set; }

    /// <summary>Its wall clock, told with each pong; null while it trusts none.</summary>
    public Func<long>? Clock { get; set; }

    public ConfirmResult Answer { get; set; } = ConfirmResult.Accepted;

    public int Begins { get; private set; }

    /// <summary>Every message received, leaf and payload.</summary>
    public List<(string Leaf, byte[] Payload)> Received { get; } = [];

    /// <summary>Card entries as received, repeats included.</summary>
    public List<CardMessage> Cards { get; } = [];

    /// <summary>PIN entries as received, repeats included.</summary>
    public List<PinMessage> Pins { get; } = [];

    /// <summary>Reason of a refusal.</summary>
    public string Reason { get; set; } = "left the company";

    /// <summary>Events as received, repeats included.</summary>
    public List<EventMessage> Events { get; } = [];

    /// <summary>Events taken, each id once.</summary>
    public HashSet<string> EventIds { get; } = [];

    /// <summary>Entry ids in the ledger.</summary>
    public IReadOnlyCollection<string> Ledger => _ledger.Keys;

    public void Begin()
    {
        Begins++;
        _down.Clear();
        Phase = Away ? LinkPhase.Failed : Silent ? LinkPhase.Connecting : LinkPhase.Open;
    }

    public void Close()
    {
        Phase = LinkPhase.Closed;
        _down.Clear();
    }

    /// <summary>The board closes the socket.</summary>
    public void Drop() => Phase = LinkPhase.Failed;

    public bool Publish(string topic, byte[] payload, bool atLeastOnce, bool retain)
    {
        if (Phase != LinkPhase.Open)
        {
            return false;
        }

        if (Silent)
        {
            return true;
        }

        LinkTopics.TrySplit(topic, out string from, out string leaf).ShouldBeTrue(topic);
        from.ShouldBe(terminal);
        LinkTopics.IsUp(leaf).ShouldBeTrue(leaf);
        Received.Add((leaf, payload));
        if (leaf == LinkTopics.Ping)
        {
            PingMessage.TryParse(payload, out PingMessage? ping, out _).ShouldBeTrue();
            Send(new PongMessage { N = ping!.N, Now = Clock?.Invoke() ?? 0, UncertaintyMs = 20 });
        }
        else if (leaf == LinkTopics.Card)
        {
            CardMessage.TryParse(payload, out CardMessage? card, out _).ShouldBeTrue();
            Cards.Add(card!);
            if (!Mute)
            {
                Confirm(card!.Id);
            }
        }

        else if (leaf == LinkTopics.Pin)
        {
            PinMessage.TryParse(payload, out PinMessage? pin, out _).ShouldBeTrue();
            Pins.Add(pin!);
            if (!Mute)
            {
                Confirm(pin!.Id);
            }
        }
        else if (leaf == LinkTopics.Event)
        {
            EventMessage.TryParse(payload, out EventMessage? happened, out _).ShouldBeTrue();
            Events.Add(happened!);
            if (!Mute)
            {
                ConfirmEvent(happened!.Id);
            }
        }

        return true;
    }

    public void ConfirmEvent(string id)
    {
        EventIds.Add(id);
        Send(new ConfirmMessage { Id = id, Result = ConfirmResult.Accepted });
    }

    public void Confirm(string id)
    {
        bool again = _ledger.ContainsKey(id);
        if (Answer == ConfirmResult.Accepted && !again)
        {
            _ledger[id] = _ledger.Count + 1;
        }

        Send(new ConfirmMessage
        {
            Id = id,
            Result = again ? ConfirmResult.Repeat : Answer,
            Seq = _ledger.GetValueOrDefault(id),
            Name = "Grace",
            At = 1764105600000,
            Reason = Answer == ConfirmResult.Refused ? Reason : "",
        });
    }

    public void Send(LinkMessage message) => SendRaw(LinkTopics.For(terminal, message.Leaf), message.Write());

    public void SendRaw(string topic, byte[] payload)
    {
        if (!Silent && Phase == LinkPhase.Open)
        {
            _down.Enqueue(new LinkPacket(topic, payload));
        }
    }

    public LinkPacket? Receive() => !Silent && _down.TryDequeue(out LinkPacket? packet) ? packet : null;
}
