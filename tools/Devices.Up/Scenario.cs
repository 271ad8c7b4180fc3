using System.Diagnostics;
using System.Text.Json;

namespace Devices.Up;

/// <summary>
/// <c>tools/up --once</c>: a fixed morning at the terminal, with the bridge away for a while and the agent killed in between,
/// and at its end every punch compared in four places.
/// </summary>
internal sealed class Scenario
{
    private const int RepeatSeconds = 20;
    private const double LookSeconds = 3.5;

    /// <summary>A machine that is busy with other work may not decide in one look; people then look again.</summary>
    private const int Tries = 3;

    private static readonly TimeSpan PunchLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DeliveryLimit = TimeSpan.FromSeconds(90);

    private readonly Crew _crew;
    private readonly CancellationToken _stop;
    private readonly CheckList _checks = new();
    private readonly Dictionary<string, long> _lastPunch = [];
    private readonly List<(string Person, string Method)> _expected = [];

    private Scenario(Crew crew, CancellationToken stop)
    {
        _crew = crew;
        _stop = stop;
    }

    public static async Task<int> Run(Layout layout, UpOptions options, CancellationToken stop)
    {
        await using Crew crew = await Crew.Muster(layout, options, RepeatSeconds, stop).ConfigureAwait(false);
        var scenario = new Scenario(crew, stop);
        string password = $"Kept-{Guid.NewGuid():N}";
        using var hr = new HrClient(crew.Stack.HrAddress);
        await hr.LogIn("hr", crew.Stack.OneTimePassword ?? throw new UpFault("The bridge printed no one-time password."), password, stop).ConfigureAwait(false);

        await scenario.Play().ConfigureAwait(false);
        await scenario.CheckFourPlaces(hr).ConfigureAwait(false);
        Console.WriteLine();
        scenario._checks.Print();
        if (options.Stay)
        {
            Console.WriteLine($"HR's page: {crew.Stack.HrAddress} user hr password {password}");
            Console.WriteLine("Staying; Ctrl-C stops all of it.");
            try { await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(false); }
            catch (OperationCanceledException) { /* asked to stop: the check's result is the answer */ }
        }
        return scenario._checks.Good ? 0 : 1;
    }

    private async Task Play()
    {
        IReadOnlyList<SamplePeople.Person> faces = _crew.People.WithFace;
        SamplePeople.Person[] alone = [.. faces.Take(faces.Count - 2)], pair = [.. faces.TakeLast(2)];
        SamplePeople.Person carded = _crew.People.All.First(p => p.Card is not null);

        // The platform takes one upload and drops the connection before it answers: sent again blindly, it would be doubled.
        await _crew.DingTalk.CloseAfterRecording(_stop).ConfigureAwait(false);

        _crew.Narrator.Say($"— {faces.Count} people come in other pictures than those they were enrolled with —");
        foreach (SamplePeople.Person person in alone) await Come(person).ConfigureAwait(false);
        SamplePeople.Person last = await ComeTogether(pair[0], pair[1]).ConfigureAwait(false);
        _checks.Add("different people recognised in other pictures", _lastPunch.Count >= 6, $"{_lastPunch.Count} people");

        _crew.Narrator.Say("— The same person again at once: already recorded, no second punch —");
        await ComeAgainTooSoon(last).ConfigureAwait(false);

        _crew.Narrator.Say("— A stranger, then a painted or masked face —");
        await Refuse("a stranger", _crew.People.Strangers[0]).ConfigureAwait(false);
        foreach (SamplePeople.Visit mask in _crew.People.Masks) await Refuse($"a painted or masked face ({Path.GetFileNameWithoutExtension(mask.File)})", mask).ConfigureAwait(false);

        _crew.Narrator.Say("— A card at the reader of the firmware —");
        await Card(carded, "card punch from the firmware").ConfigureAwait(false);

        await WithoutBridge(alone[0], alone[1]).ConfigureAwait(false);
        await KillAgent(alone[2], carded, alone[3]).ConfigureAwait(false);
    }

    private async Task WithoutBridge(SamplePeople.Person one, SamplePeople.Person other)
    {
        _crew.Narrator.Say("— The bridge is stopped; people go on punching —");
        bool orderly = await _crew.Stack.Bridge.Stop(TimeSpan.FromSeconds(15)).ConfigureAwait(false);
        _checks.Add("the bridge stops in order when asked", orderly, orderly ? "within 15 s" : "had to be killed");
        await Come(one).ConfigureAwait(false);
        await Come(other).ConfigureAwait(false);
        int mark = _crew.Feed.Mark;
        long last = _lastSeq;
        _crew.Narrator.Say("— The bridge is started again —");
        await _crew.Stack.StartBridge(_stop).ConfigureAwait(false);
        AgentEvent? arrived = await _crew.Feed.WaitFor(mark, e => e.Kind == "acknowledged" && e.Seq >= last, DeliveryLimit, _stop).ConfigureAwait(false);
        _checks.Add("punches made while the bridge was away arrive", arrived is not null, arrived is null ? $"punch {last} not acknowledged within {DeliveryLimit.TotalSeconds:0} s" : $"acknowledged through {arrived.Seq}");
    }

    private async Task KillAgent(SamplePeople.Person before, SamplePeople.Person carded, SamplePeople.Person after)
    {
        _crew.Narrator.Say("— The agent is killed (SIGKILL) right after a punch; a card is held to the reader meanwhile —");
        await Come(before, () => _crew.Stack.Agent.Kill()).ConfigureAwait(false);
        if (_crew.Stack.Agent.Running) await _crew.Stack.Agent.Kill().ConfigureAwait(false);
        await AwaitRepeatWindow(carded.Id).ConfigureAwait(false);
        await _crew.Mcu.Card(carded.Card!, _stop).ConfigureAwait(false);
        await Task.Delay(500, _stop).ConfigureAwait(false);
        int mark = _crew.Feed.Mark;
        _crew.Narrator.Say("— The agent is started again —");
        await _crew.Stack.StartAgent(_crew.Agent, _stop).ConfigureAwait(false);
        AgentEvent? confirmed = await _crew.Feed.WaitFor(mark, e => e.Kind == "punch" && e.Person == carded.Id, TimeSpan.FromSeconds(45), _stop).ConfigureAwait(false);
        if (confirmed is not null) Note(carded.Id, "card", confirmed);
        _checks.Add("a card shown while the agent was dead becomes one punch", confirmed is not null, confirmed?.Text ?? "no punch within 45 s");
        await Come(after).ConfigureAwait(false);
    }

    private long _lastSeq;

    private void Note(string person, string method, AgentEvent punch)
    {
        _lastPunch[person] = Stopwatch.GetTimestamp();
        _lastSeq = Math.Max(_lastSeq, punch.Seq ?? 0);
        _expected.Add((person, method));
    }

    private async Task Come(SamplePeople.Person person, Func<Task>? atPunch = null)
    {
        await AwaitRepeatWindow(person.Id).ConfigureAwait(false);
        int mark = _crew.Feed.Mark;
        AgentEvent? punch = null;
        for (int tries = 0; punch is null && tries < Tries; tries++)
        {
            Task look = _crew.Visit(person.Visits[0], LookSeconds, _stop);
            punch = await _crew.Feed.WaitFor(mark, e => e.Kind == "punch" && e.Person == person.Id, PunchLimit, _stop).ConfigureAwait(false);
            if (punch is not null)
            {
                Note(person.Id, "face", punch);
                if (atPunch is not null) await atPunch().ConfigureAwait(false);
            }
            await look.ConfigureAwait(false);
        }
        Misattributed(mark, person.Id);
        if (punch is null) _checks.Add($"{person.Name} is recognised", false, Heard(mark));
    }

    /// <returns>Who was recorded last.</returns>
    private async Task<SamplePeople.Person> ComeTogether(SamplePeople.Person one, SamplePeople.Person other)
    {
        int mark = _crew.Feed.Mark;
        AgentEvent?[] punches = [null, null];
        for (int tries = 0; punches.Contains(null) && tries < Tries; tries++)
        {
            Task look = _crew.VisitTogether(one.Visits[0], other.Visits[0], LookSeconds + 1, _stop);
            punches = await Task.WhenAll(((SamplePeople.Person[])[one, other]).Select(p =>
                _crew.Feed.WaitFor(mark, e => e.Kind == "punch" && e.Person == p.Id, PunchLimit, _stop))).ConfigureAwait(false);
            await look.ConfigureAwait(false);
        }
        if (punches[0] is { } first) Note(one.Id, "face", first);
        if (punches[1] is { } second) Note(other.Id, "face", second);
        Misattributed(mark, one.Id, other.Id);
        bool both = punches.All(p => p is not null);
        _checks.Add("two people in one frame, each one punch", both, both ? $"{one.Name} and {other.Name}" : Heard(mark));
        return (punches[0]?.Seq ?? 0) > (punches[1]?.Seq ?? 0) ? one : other;
    }

    private async Task ComeAgainTooSoon(SamplePeople.Person person)
    {
        // Who only stays is one recognition; who left and comes back is the case here.
        await Task.Delay(TimeSpan.FromSeconds(1.5), _stop).ConfigureAwait(false);
        int mark = _crew.Feed.Mark;
        await _crew.Visit(person.Visits[0], LookSeconds, _stop).ConfigureAwait(false);
        AgentEvent? repeat = await _crew.Feed.WaitFor(mark, e => e.Kind == "repeat" && e.Person == person.Id, TimeSpan.FromSeconds(5), _stop).ConfigureAwait(false);
        bool doubled = _crew.Feed.Since(mark).Any(e => e.Kind == "punch");
        _checks.Add("the same person at once again is 'already recorded'", repeat is not null && !doubled, repeat?.Text ?? Heard(mark));
    }

    private async Task Refuse(string who, SamplePeople.Visit visit)
    {
        await Task.Delay(TimeSpan.FromSeconds(1.5), _stop).ConfigureAwait(false);
        int mark = _crew.Feed.Mark;
        await _crew.Visit(visit, LookSeconds + 1, _stop).ConfigureAwait(false);
        AgentEvent? refused = await _crew.Feed.WaitFor(mark, e => e.Kind == "refused", TimeSpan.FromSeconds(5), _stop).ConfigureAwait(false);
        bool punched = _crew.Feed.Since(mark).Any(e => e.Kind is "punch" or "repeat");
        _checks.Add($"{who} is refused", refused is not null && !punched, punched ? Heard(mark) : refused?.Text ?? "nothing was said about it");
    }

    private async Task Card(SamplePeople.Person person, string what)
    {
        await AwaitRepeatWindow(person.Id).ConfigureAwait(false);
        int mark = _crew.Feed.Mark;
        await _crew.Mcu.Card(person.Card!, _stop).ConfigureAwait(false);
        AgentEvent? punch = await _crew.Feed.WaitFor(mark, e => e.Kind == "punch" && e.Person == person.Id, PunchLimit, _stop).ConfigureAwait(false);
        if (punch is not null) Note(person.Id, "card", punch);
        _checks.Add(what, punch is not null, punch?.Text ?? Heard(mark));
    }

    private async Task AwaitRepeatWindow(string person)
    {
        if (!_lastPunch.TryGetValue(person, out long last)) return;
        TimeSpan left = TimeSpan.FromSeconds(RepeatSeconds + 1) - Stopwatch.GetElapsedTime(last);
        if (left > TimeSpan.Zero) await Task.Delay(left, _stop).ConfigureAwait(false);
    }

    private void Misattributed(int mark, params string[] people)
    {
        foreach (AgentEvent wrong in _crew.Feed.Since(mark).Where(e => e.Kind == "punch" && !people.Contains(e.Person)))
            _checks.Add("nobody is punched for somebody else", false, wrong.Text);
    }

    private string Heard(int mark)
    {
        IReadOnlyList<AgentEvent> lines = _crew.Feed.Since(mark);
        return lines.Count == 0 ? "the agent said nothing" : string.Join("; ", lines.Select(l => l.Text).Distinct().Take(4));
    }

    /// <summary>Waits until everything is delivered, then compares ledger, store, platform and page one by one.</summary>
    private async Task CheckFourPlaces(HrClient hr)
    {
        long began = Stopwatch.GetTimestamp();
        IReadOnlyList<string> faults = [];
        IReadOnlyList<PlacePunch> ledger = [], bridge = [];
        IReadOnlyList<PlatformRecord> platform = [];
        IReadOnlyList<HrRow> page = [];
        while (true)
        {
            ledger = Reconcile.Ledger(_crew.Layout.LedgerFile, Stack.Terminal);
            bridge = Reconcile.Bridge(_crew.Layout.BridgeStore);
            platform = await _crew.DingTalk.Records(_stop).ConfigureAwait(false);
            page = await hr.Rows(_stop).ConfigureAwait(false);
            faults = Reconcile.Compare(ledger, bridge, page, platform);
            bool told = page.All(r => r.State == "delivered");
            if (faults.Count == 0 && told) break;
            if (Stopwatch.GetElapsedTime(began) > DeliveryLimit)
            {
                if (faults.Count == 0) faults = [$"HR's page does not say 'delivered' of {page.First(r => r.State != "delivered").Punch}: {page.First(r => r.State != "delivered").State}."];
                break;
            }
            await Task.Delay(500, _stop).ConfigureAwait(false);
        }

        // What the scenario saw accepted on the way must be exactly what is there.
        IReadOnlyList<string> seen = [.. _expected.Select(e => e.Person).Order(StringComparer.Ordinal)], recorded = [.. ledger.Select(p => p.Person).Order(StringComparer.Ordinal)];
        _checks.Add("every accepted punch is in the ledger, and no other", seen.SequenceEqual(recorded), $"{seen.Count} accepted, {recorded.Count} recorded");
        string verdict = (await _crew.Stack.VerifyLedger(_stop).ConfigureAwait(false)).Trim();
        _checks.Add("the ledger's chain holds (devices ledger verify)", true, verdict.Split('\n')[^1]);
        _checks.Add("none lost, none doubled, none altered", faults.Count == 0 && ledger.Count > 0,
            faults.Count == 0 ? $"ledger {ledger.Count}, bridge {bridge.Count}, DingTalk {platform.Count}, HR's page {page.Count}" : string.Join(" ", faults.Take(6)));
        JsonElement? status = await _crew.Agent.Status(_stop).ConfigureAwait(false);
        long queue = status is { } s && s.TryGetProperty("queue", out JsonElement q) ? q.GetInt64() : -1;
        _checks.Add("nothing waits on the terminal", queue == 0, $"queue {queue}");
    }
}
