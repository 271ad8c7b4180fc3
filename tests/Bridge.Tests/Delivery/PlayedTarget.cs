using System.Collections.Concurrent;
using Devices.Bridge.Delivery;

namespace Devices.Bridge.Tests.Delivery;

/// <summary>A target beside the platform that answers as told and remembers what it was sent.</summary>
internal class PlayedTarget(string name) : IDeliveryTarget
{
    private readonly ConcurrentQueue<OutgoingPunch> _got = [];
    private readonly ConcurrentDictionary<string, int> _now = [];

    public string Name => name;

    public Func<OutgoingPunch, DeliveryOutcome> Answer { get; set; } = _ => DeliveryOutcome.Accepted;

    /// <summary>Every call, in order.</summary>
    public IReadOnlyList<OutgoingPunch> Got => [.. _got];

    public IEnumerable<string> Keys => Got.Select(p => p.Key);

    /// <summary>Whether two punches of one person were ever under way together.</summary>
    public bool Mixed { get; private set; }

    public async Task<DeliveryOutcome> SendAsync(OutgoingPunch punch, CancellationToken cancellationToken)
    {
        string person = punch.Stored.Punch.Person;
        if (_now.AddOrUpdate(person, 1, (_, n) => n + 1) > 1) Mixed = true;
        await Task.Yield();
        _got.Enqueue(punch);
        DeliveryOutcome outcome = Answer(punch);
        _now.AddOrUpdate(person, 0, (_, n) => n - 1);
        return outcome;
    }
}

/// <summary>The same, many at a time.</summary>
internal sealed class PlayedBatch(string name) : PlayedTarget(name), IBatchTarget
{
    private readonly ConcurrentQueue<int> _sizes = [];

    public int MostTogether => 100;

    public IReadOnlyList<int> Sizes => [.. _sizes];

    public async Task<DeliveryOutcome> SendAsync(IReadOnlyList<OutgoingPunch> punches, CancellationToken cancellationToken)
    {
        _sizes.Enqueue(punches.Count);
        DeliveryOutcome last = DeliveryOutcome.Accepted;
        foreach (OutgoingPunch punch in punches) last = await SendAsync(punch, cancellationToken);
        return last;
    }
}
