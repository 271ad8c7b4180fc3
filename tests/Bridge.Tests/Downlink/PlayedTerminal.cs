using Devices.Bridge.Tests.Kit;
using Devices.Contract;
using Devices.Contract.Messages;

namespace Devices.Bridge.Tests.Downlink;

/// <summary>A terminal's roster over a real MQTT connection: applies by the contract's rules, in memory that outlives its connections.</summary>
internal sealed class PlayedTerminal(string name)
{
    private readonly TestLedger _ledger = new(name);
    private TestTerminal? _link;

    public Dictionary<string, string> People { get; } = new(StringComparer.Ordinal);
    public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);
    public RosterApplied? At { get; set; }
    public int Messages { get; private set; }
    public TestTerminal Link => _link!;

    public async Task<StateMessage> ConnectAsync(TestBridge bridge, Enrolled identity)
    {
        if (_link is not null) await _link.DisposeAsync();
        _link = await TestTerminal.ConnectAsync(identity, bridge.Mqtt);
        (await _link.PublishAsync(_ledger.Hello() with { Applied = new() { Roster = At }, RosterRevision = At?.Revision ?? 0 })).ReasonCode.ToString().ShouldBe("Success");
        return await _link.StateAsync();
    }

    /// <summary>Takes the next message without answering it.</summary>
    public async Task<RosterMessage> NextAsync()
    {
        byte[] payload = await Link.DownAsync(Topics.Roster);
        payload.Length.ShouldBeLessThanOrEqualTo(Protocol.MaxPayload);
        ContractCodec.TryRead(payload, ContractJson.Default.RosterMessage, out RosterMessage? message, out _).ShouldBeTrue();
        RosterRules.Check(message!).ShouldBeNull();
        Messages++;
        return message!;
    }

    /// <summary>Applies a message as the contract says, and gives the answer.</summary>
    public RosterApplied Apply(RosterMessage message)
    {
        // Sent twice: what is there already is only answered again.
        if (At is { Snapshot: null } there && there.Line == message.Line && message.Through <= there.Revision) return there;
        List<Erasure> erased = [];
        if (message.Snapshot is { } part)
        {
            if (part.Part == 1) Seen.Clear();
            else (At!.Snapshot!.Id, At.Snapshot.Part).ShouldBe((part.Id, part.Part - 1));
        }
        else
        {
            (At!.Line, At.Revision).ShouldBe((message.Line, message.From));
        }
        foreach (RosterLeaver gone in message.Gone) Erase(gone.Id, gone.Revision);
        foreach (RosterPerson person in message.People) (People[person.Id], _) = (person.Name, Seen.Add(person.Id));
        if (message.Snapshot is { Last: true })
            foreach (string id in People.Keys.Where(id => !Seen.Contains(id)).ToList()) Erase(id, message.Through);
        bool open = message.Snapshot is { Last: false };
        At = new() { Line = message.Line, Revision = open ? 0 : message.Through, Snapshot = open ? message.Snapshot : null, Erased = erased, People = People.Count };
        return At;

        void Erase(string id, long revision)
        {
            if (People.Remove(id)) erased.Add(new() { Person = id, Revision = revision, At = 1_764_000_000_000, Templates = 3, Cards = 1, Pins = 1 });
        }
    }

    public async Task AnswerAsync(RosterApplied applied) =>
        (await Link.PublishAsync(Topics.For(name, Topics.Applied), ContractCodec.Write(new AppliedMessage { Roster = applied }, ContractJson.Default.AppliedMessage))).ReasonCode.ToString().ShouldBe("Success");

    /// <summary>Takes and answers until it stands at a revision.</summary>
    public async Task FollowAsync(long through)
    {
        while (At is not { Snapshot: null } at || at.Revision != through) await AnswerAsync(Apply(await NextAsync()));
        At = At with { Erased = [] };
    }
}
