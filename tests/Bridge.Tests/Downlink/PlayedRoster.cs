using Devices.Bridge.Store;

namespace Devices.Bridge.Tests.Downlink;

/// <summary>A change log in memory that keeps the contract of <see cref="IRosterChanges"/>: one row a person, by revision.</summary>
internal sealed class PlayedRoster : IRosterChanges
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PersonChange> _rows = new(StringComparer.Ordinal);
    private long _revision;

    public void Put(string id, string? name = null, bool active = true)
    {
        lock (_gate) _rows[id] = new(++_revision, new Person(id, name ?? "Person " + id, null, active, [1]), 1);
    }

    public void Leave(string id) => Put(id, active: false);

    public PlayedRoster Many(int count)
    {
        for (int i = 0; i < count; i++) Put($"u{i:0000}");
        return this;
    }

    /// <summary>The store as it was, as after a restore.</summary>
    public void Restore(int people)
    {
        lock (_gate)
        {
            _rows.Clear();
            _revision = 0;
        }
        Many(people);
    }

    public Task<long> RevisionAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate) return Task.FromResult(_revision);
    }

    public Task<IReadOnlyList<PersonChange>> ChangesAfterAsync(long revision, int limit, CancellationToken cancellationToken = default)
    {
        lock (_gate) return Task.FromResult<IReadOnlyList<PersonChange>>([.. _rows.Values.Where(r => r.Revision > revision).OrderBy(r => r.Revision).Take(limit)]);
    }
}
