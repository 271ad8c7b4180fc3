using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Firmware.Tests.Soak;

/// <summary>
/// The board of a long run: it keeps of each entry only its id, says how often it got a message, and makes nothing itself while nothing
/// happens, so that what is allocated in a step is the firmware's.
/// </summary>
internal sealed class SoakBoard(string terminal) : ILink
{
    private readonly Queue<LinkPacket> _down = new();
    private readonly Dictionary<string, int> _times = [];

    public LinkPhase Phase { get; private set; }

    public bool Away { get; set; }

    public bool Silent { get; set; }

    public bool Mute { get; set; }

    /// <summary>Ids of punches, each once.</summary>
    public HashSet<string> Punches { get; } = [];

    /// <summary>Ids of events, each once.</summary>
    public HashSet<string> Events { get; } = [];

    /// <summary>UIDs and numbers in the order they came first.</summary>
    public List<string> Who { get; } = [];

    /// <summary>Messages both ways; a step in which it does not change is a quiet one.</summary>
    public long Messages { get; private set; }

    public long Begins { get; private set; }

    public void Begin()
    {
        Begins++;
        Messages++;
        _down.Clear();
        Phase = Away ? LinkPhase.Failed : Silent ? LinkPhase.Connecting : LinkPhase.Open;
    }

    public void Close()
    {
        Messages++;
        Phase = LinkPhase.Closed;
        _down.Clear();
    }

    public void Drop() => Phase = LinkPhase.Failed;

    public bool Publish(string topic, byte[] payload, bool atLeastOnce, bool retain)
    {
        if (Phase != LinkPhase.Open) return false;
        Messages++;
        if (Silent) return true;
        string leaf = topic[(topic.LastIndexOf('/') + 1)..];
        if (leaf == LinkTopics.Ping && PingMessage.TryParse(payload, out PingMessage? ping, out _)) Send(new PongMessage { N = ping.N });
        else if (leaf == LinkTopics.Card && CardMessage.TryParse(payload, out CardMessage? card, out _)) Take(Punches, card.Id, card.Uid);
        else if (leaf == LinkTopics.Pin && PinMessage.TryParse(payload, out PinMessage? pin, out _)) Take(Punches, pin.Id, pin.Person);
        else if (leaf == LinkTopics.Event && EventMessage.TryParse(payload, out EventMessage? happened, out _)) Take(Events, happened.Id, "");
        return true;
    }

    public void Send(LinkMessage message)
    {
        if (!Silent && Phase == LinkPhase.Open) _down.Enqueue(new LinkPacket(LinkTopics.For(terminal, message.Leaf), message.Write()));
    }

    public LinkPacket? Receive()
    {
        if (Silent || _down.Count == 0) return null;
        Messages++;
        return _down.Dequeue();
    }

    private void Take(HashSet<string> into, string id, string who)
    {
        if (Mute) return;

        // Every fiftieth confirm is lost on its way: the entry comes again and must not count twice.
        int times = _times[id] = _times.GetValueOrDefault(id) + 1;
        if (into.Add(id) && who.Length > 0) Who.Add(who);
        if (into.Count % 50 == 0 && times == 1) return;
        Send(new ConfirmMessage { Id = id, Result = times == 1 ? ConfirmResult.Accepted : ConfirmResult.Repeat, Seq = into.Count, Name = "王小明", At = 1764105600000 });
    }
}
