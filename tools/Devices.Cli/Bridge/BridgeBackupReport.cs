using Devices.Bridge.Store.Backup;

namespace Devices.Cli.Bridge;

/// <summary>What <c>devices bridge</c> tells of a backup.</summary>
/// <param name="MadeAt">ms since the Unix epoch.</param>
/// <param name="Store">The store it was made of: sqlite or postgres.</param>
public sealed record BridgeBackupReport(
    string File, long MadeAt, string Version, string Store, long Schema, long Punches, IReadOnlyList<BackupLedger> Ledgers, IReadOnlyList<BackupPart> Parts, string? Data)
{
    public static BridgeBackupReport Of(string file, BackupManifest manifest, string? data = null)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return new(file, manifest.MadeAt, manifest.Version, manifest.Store, manifest.Schema, manifest.Rows.GetValueOrDefault("punches"), manifest.Ledgers, manifest.Parts, data);
    }

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{Punches} punches of {Ledgers.Count} ledgers, made {DateTimeOffset.FromUnixTimeMilliseconds(MadeAt):yyyy-MM-dd HH:mm:ss} UTC, {Parts.Sum(one => one.Bytes) / 1024} KiB in {Parts.Count} parts");
}
