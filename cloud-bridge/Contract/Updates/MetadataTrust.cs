namespace Devices.Contract.Updates;

/// <summary>
/// The metadata that is believed, taken in one role after the other by the rules of TUF's client workflow (specification 1.0.33, section 5.3 to 5.6): signatures by threshold,
/// versions that only grow, hashes that fit, nothing expired. A refusal changes nothing.
/// </summary>
public sealed class MetadataTrust
{
    private readonly DateTimeOffset _now;

    /// <param name="root">The root that is trusted from the beginning; it must be signed by its own keys.</param>
    /// <param name="now">The time by which expiry is judged, fixed for the whole refresh (section 5.1).</param>
    /// <exception cref="UpdateRefusedException">It is no root.</exception>
    public MetadataTrust(ReadOnlySpan<byte> root, DateTimeOffset now)
    {
        Root = RootMetadata.Read(root);
        Root.Document.Demand(Root);
        _now = now;
    }

    public RootMetadata Root { get; private set; }

    public TimestampMetadata? Timestamp { get; private set; }

    public SnapshotMetadata? Snapshot { get; private set; }

    public TargetsMetadata? Targets { get; private set; }

    /// <summary>The next root: signed by the one before and by itself, and exactly one version on (5.3.4, 5.3.5). Expiry counts only once the last is reached.</summary>
    /// <returns>Whether the keys of timestamp or snapshot are others: what was seen of these roles counts no more then (5.3.11), which undoes an attacker's fast-forward.</returns>
    public bool TakeRoot(ReadOnlySpan<byte> bytes)
    {
        RootMetadata next = RootMetadata.Read(bytes);
        next.Document.Demand(Root);
        if (next.Version != Root.Version + 1) throw new UpdateRefusedException(UpdateRefusal.Rollback, $"Root version {next.Version} cannot follow root version {Root.Version}: roots change one by one.");
        next.Document.Demand(next);
        bool forget = !Same(UpdateRoles.Timestamp, next) || !Same(UpdateRoles.Snapshot, next);
        Root = next;
        return forget;
    }

    /// <summary>Whether these bytes are a newer timestamp than the one seen; equal ones change nothing (5.4).</summary>
    public bool TakeTimestamp(ReadOnlySpan<byte> bytes)
    {
        Root.Document.DemandFresh(_now);
        TimestampMetadata next = TimestampMetadata.Read(bytes);
        next.Document.Demand(Root);
        if (Timestamp is { } seen)
        {
            if (next.Document.Version < seen.Document.Version) throw Older(UpdateRoles.Timestamp, next.Document.Version, seen.Document.Version);
            if (next.Document.Version == seen.Document.Version) return false;
            if (next.Snapshot.Version < seen.Snapshot.Version) throw Older(UpdateRoles.Snapshot, next.Snapshot.Version, seen.Snapshot.Version);
        }

        Timestamp = next;
        return true;
    }

    /// <summary>The snapshot that the timestamp names (5.5).</summary>
    /// <param name="kept">It was verified before and lies here: its hash may belong to an earlier timestamp.</param>
    public void TakeSnapshot(ReadOnlySpan<byte> bytes, bool kept = false)
    {
        TimestampMetadata timestamp = Timestamp ?? throw new InvalidOperationException("A snapshot follows a timestamp.");
        timestamp.Document.DemandFresh(_now);
        if (!kept) timestamp.Snapshot.Demand(bytes, UpdateRoles.Snapshot);
        SnapshotMetadata next = SnapshotMetadata.Read(bytes);
        next.Document.Demand(Root);
        foreach ((string name, MetaFile seen) in Snapshot?.Meta ?? new Dictionary<string, MetaFile>())
        {
            if (!next.Meta.TryGetValue(name, out MetaFile? now)) throw new UpdateRefusedException(UpdateRefusal.Rollback, $"The snapshot does not name {name} any more.");
            if (now.Version < seen.Version) throw Older(name, now.Version, seen.Version);
        }

        // Kept for the comparison even where it is not the newest.
        Snapshot = next;
        if (next.Document.Version != timestamp.Snapshot.Version) throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"The snapshot has version {next.Document.Version}; the timestamp names {timestamp.Snapshot.Version}.");
        next.Document.DemandFresh(_now);
    }

    /// <summary>The targets that the snapshot names (5.6).</summary>
    public void TakeTargets(ReadOnlySpan<byte> bytes)
    {
        SnapshotMetadata snapshot = Snapshot ?? throw new InvalidOperationException("Targets follow a snapshot.");
        if (Timestamp is not { } timestamp || snapshot.Document.Version != timestamp.Snapshot.Version) throw new InvalidOperationException("Targets follow the newest snapshot.");
        if (!snapshot.Meta.TryGetValue("targets.json", out MetaFile? named)) throw new UpdateRefusedException(UpdateRefusal.Malformed, "The snapshot names no targets.json.");
        named.Demand(bytes, UpdateRoles.Targets);
        TargetsMetadata next = TargetsMetadata.Read(bytes);
        next.Document.Demand(Root);
        if (next.Document.Version != named.Version) throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"The targets have version {next.Document.Version}; the snapshot names {named.Version}.");
        next.Document.DemandFresh(_now);
        Targets = next;
    }

    private bool Same(string role, RootMetadata next) => Root.Role(role).Keys.Select(key => key.Id).ToHashSet(StringComparer.Ordinal).SetEquals(next.Role(role).Keys.Select(key => key.Id));

    private static UpdateRefusedException Older(string what, long now, long seen) => new(UpdateRefusal.Rollback, $"{what} has version {now}, and version {seen} was seen before: somebody offers what is outdated.");
}
