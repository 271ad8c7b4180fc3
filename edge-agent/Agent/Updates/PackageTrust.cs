using Devices.Contract.Updates;

namespace Devices.Edge.Agent.Updates;

/// <summary>The metadata that this terminal believes, in <c>STATE/updates/metadata</c>.</summary>
public sealed class MetadataFolder(IUpdateDisk disk, string folder) : IMetadataStore
{
    public byte[]? Read(string name) => disk.Read(Path.Combine(folder, name));

    public void Write(string name, ReadOnlySpan<byte> bytes)
    {
        disk.Ensure(folder);
        disk.Write(Path.Combine(folder, name), bytes);
    }

    public void Delete(string name)
    {
        disk.Delete(Path.Combine(folder, name));
        if (disk.List(folder).Count > 0) disk.SyncFolder(folder);
    }
}

/// <summary>
/// Judges what lies in a slot: its targets must have been signed by enough keys of a root in the chain that begins at the installation's own. Any root of the chain counts and
/// expiry does not: what was installed in its time stays runnable after keys are changed, else a change of keys would put a whole fleet back to what it was delivered with.
/// </summary>
/// <param name="firstRoot">The root that came with the installation, out of the agent's reach.</param>
public sealed class PackageTrust(byte[] firstRoot, IMetadataStore store)
{
    /// <summary>The package's entry; null where it is not signed, or not there.</summary>
    public UpdateTarget? Find(byte[] targets, SlotRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        try
        {
            TargetsMetadata read = TargetsMetadata.Read(targets);
            return IsSigned(read) ? read.Targets.FirstOrDefault(one => one.Path == record.Path && one.Sha256 == record.Sha256) : null;
        }
        catch (UpdateRefusedException)
        {
            return null;
        }
    }

    private bool IsSigned(TargetsMetadata targets)
    {
        MetadataTrust trust = new(firstRoot, DateTimeOffset.MinValue);
        while (true)
        {
            if (targets.Document.ValidSignatures(trust.Root) >= trust.Root.Role(UpdateRoles.Targets).Threshold) return true;
            if (store.Read($"{trust.Root.Version + 1}.root.json") is not { } next) return false;
            try
            {
                trust.TakeRoot(next);
            }
            catch (UpdateRefusedException)
            {
                return false;
            }
        }
    }
}
