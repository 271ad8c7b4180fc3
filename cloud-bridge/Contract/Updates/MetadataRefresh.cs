namespace Devices.Contract.Updates;

/// <summary>Where believed metadata is kept, durable: its versions are what an attacker cannot get below.</summary>
public interface IMetadataStore
{
    /// <summary>Null where there is none.</summary>
    byte[]? Read(string name);

    /// <summary>Durable, whole or not at all, when this returns.</summary>
    void Write(string name, ReadOnlySpan<byte> bytes);

    void Delete(string name);
}

/// <summary>Gets a metadata file by its name in the repository; null where it has none. Must not read beyond <paramref name="maxLength"/>.</summary>
/// <exception cref="UpdateRefusedException">With <see cref="UpdateRefusal.TooLong"/>.</exception>
public delegate Task<byte[]?> MetadataFetch(string name, int maxLength, CancellationToken cancellationToken);

/// <summary>TUF's client workflow (section 5.2 to 5.6): from what is kept here to the newest that the repository proves.</summary>
public static class MetadataRefresh
{
    private const string TimestampFile = "timestamp.json", SnapshotFile = "snapshot.json", TargetsFile = "targets.json";

    /// <param name="firstRoot">The root that came with the installation.</param>
    /// <param name="now">Trusted time.</param>
    /// <exception cref="UpdateRefusedException">Something is not to be believed; what was believed before stays.</exception>
    public static async Task<MetadataTrust> RunAsync(IMetadataStore store, byte[] firstRoot, MetadataFetch fetch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(fetch);
        MetadataTrust trust = new(firstRoot, now);
        Roots(store, trust);
        for (int i = 0; i < UpdateLimits.RootRotations; i++)
        {
            string name = $"{trust.Root.Version + 1}.root.json";
            if (await GetAsync(fetch, name, UpdateLimits.Root, cancellationToken).ConfigureAwait(false) is not { } bytes) break;
            bool forget = trust.TakeRoot(bytes);
            if (forget)
            {
                store.Delete(TimestampFile);
                store.Delete(SnapshotFile);
            }

            store.Write(name, bytes);
        }

        trust.Root.Document.DemandFresh(now);
        Try(() => store.Read(TimestampFile) is { } kept && trust.TakeTimestamp(kept));
        byte[] timestamp = await DemandAsync(fetch, TimestampFile, UpdateLimits.Timestamp, cancellationToken).ConfigureAwait(false);
        if (trust.TakeTimestamp(timestamp)) store.Write(TimestampFile, timestamp);
        trust.Timestamp!.Document.DemandFresh(now);

        if (!Try(() => Kept(store, SnapshotFile, bytes => trust.TakeSnapshot(bytes, kept: true))))
        {
            byte[] snapshot = await DemandAsync(fetch, $"{trust.Timestamp.Snapshot.Version}.{SnapshotFile}", Limit(trust.Timestamp.Snapshot, UpdateLimits.Snapshot), cancellationToken).ConfigureAwait(false);
            trust.TakeSnapshot(snapshot);
            store.Write(SnapshotFile, snapshot);
        }

        if (!Try(() => Kept(store, TargetsFile, bytes => trust.TakeTargets(bytes))))
        {
            MetaFile named = trust.Snapshot!.Meta.GetValueOrDefault(TargetsFile) ?? throw new UpdateRefusedException(UpdateRefusal.Malformed, "The snapshot names no targets.json.");
            byte[] targets = await DemandAsync(fetch, $"{named.Version}.{TargetsFile}", Limit(named, UpdateLimits.Targets), cancellationToken).ConfigureAwait(false);
            trust.TakeTargets(targets);
            store.Write(TargetsFile, targets);
        }

        return trust;
    }

    /// <summary>Follows the chain of roots that is kept; one that does not fit ends it there.</summary>
    public static void Roots(IMetadataStore store, MetadataTrust trust)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(trust);
        while (store.Read($"{trust.Root.Version + 1}.root.json") is { } kept)
        {
            try
            {
                trust.TakeRoot(kept);
            }
            catch (UpdateRefusedException)
            {
                return; // Damaged on the disk: it is fetched again.
            }
        }
    }

    private static int Limit(MetaFile named, int most) => named.Length is { } length && length < most ? (int)Math.Max(1, length) : most;

    private static bool Kept(IMetadataStore store, string name, Action<byte[]> take)
    {
        if (store.Read(name) is not { } bytes) return false;
        take(bytes);
        return true;
    }

    // What is kept here and does not hold any more is fetched anew; it is no refusal.
    private static bool Try(Func<bool> take)
    {
        try
        {
            return take();
        }
        catch (UpdateRefusedException)
        {
            return false;
        }
    }

    private static async Task<byte[]> DemandAsync(MetadataFetch fetch, string name, int limit, CancellationToken cancellationToken) =>
        await GetAsync(fetch, name, limit, cancellationToken).ConfigureAwait(false) ?? throw new UpdateRefusedException(UpdateRefusal.Missing, $"The repository has no {name}.");

    private static async Task<byte[]?> GetAsync(MetadataFetch fetch, string name, int limit, CancellationToken cancellationToken)
    {
        byte[]? bytes = await fetch(name, limit, cancellationToken).ConfigureAwait(false);
        return bytes is not null && bytes.Length > limit ? throw new UpdateRefusedException(UpdateRefusal.TooLong, $"{name} has more than {limit} bytes.") : bytes;
    }
}
