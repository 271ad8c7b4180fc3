using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Bridge.Tests.Kit;

/// <summary>A terminal's ledger in memory: makes punches with a sound chain.</summary>
public sealed class TestLedger(string terminal, Guid? id = null)
{
    private readonly List<Punch> _punches = [];

    public string Terminal { get; } = terminal;
    public Guid Id { get; } = id ?? Guid.CreateVersion7();
    public IReadOnlyList<Punch> Punches => _punches;
    public string LastChain => _punches.Count == 0 ? PunchChain.ToHex(PunchChain.Genesis(Id)) : _punches[^1].Chain;

    public Punch Add(string person = "u-100", long? at = null, PunchMethod method = PunchMethod.Face, ClockQuality clock = ClockQuality.Synced, float score = 0.7123f, string? photo = null)
    {
        bool face = method == PunchMethod.Face;
        Punch punch = new()
        {
            Terminal = Terminal,
            Ledger = Id,
            Seq = _punches.Count + 1,
            Person = person,
            At = at ?? 1_764_000_000_000 + _punches.Count * 1000,
            Clock = clock,
            UncertaintyMs = clock == ClockQuality.Held ? -1 : 20,
            Method = method,
            Score = face ? score : null,
            Threshold = face ? 0.43f : null,
            Liveness = face ? 0.98f : null,
            Pack = face ? "demo@1" : null,
            Photo = photo,
            Chain = "",
        };
        punch = punch with { Chain = PunchChain.ToHex(PunchChain.Next(Convert.FromHexString(LastChain), punch)) };
        _punches.Add(punch);
        return punch;
    }

    public TestLedger AddMany(int count)
    {
        for (int i = 0; i < count; i++) Add($"u-{i % 7}");
        return this;
    }

    public TestLedger With(string person, long at)
    {
        Add(person, at);
        return this;
    }

    /// <summary>Another ledger with the same identity and the first <paramref name="shared"/> punches: a cloned board.</summary>
    public TestLedger Clone(int shared)
    {
        TestLedger clone = new(Terminal, Id);
        clone._punches.AddRange(_punches.Take(shared));
        return clone;
    }

    public PunchBatch Batch(int from, int count) => new() { Terminal = Terminal, Ledger = Id, Punches = [.. _punches.Skip(from - 1).Take(count)] };

    public PunchBatch All() => Batch(1, _punches.Count);

    public HelloMessage Hello() => new() { Terminal = Terminal, Ledger = Id, LastSeq = _punches.Count, LastChain = LastChain, Boot = "boot-1", Now = 1_764_000_000_000, Versions = { ["agent"] = "0.1.0" } };
}
