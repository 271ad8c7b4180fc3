using System.Text.Json.Serialization;

namespace Devices.Bridge.Store.Backup;

/// <summary>What a backup holds; the last entry of its file, so that a file that was cut off has none.</summary>
/// <param name="Format">1.</param>
/// <param name="MadeAt">ms since the Unix epoch.</param>
/// <param name="Store">The store it was made of: sqlite or postgres.</param>
/// <param name="Schema">Number of the schema in <c>bridge.db</c>.</param>
/// <param name="Parts">Every other entry.</param>
/// <param name="Rows">Rows by table.</param>
/// <param name="Ledgers">Watermark and chain head of each ledger.</param>
public sealed record BackupManifest(
    int Format, long MadeAt, string Version, string Store, long Schema, IReadOnlyList<BackupPart> Parts, IReadOnlyDictionary<string, long> Rows, IReadOnlyList<BackupLedger> Ledgers);

/// <param name="Sha256">In hex.</param>
public sealed record BackupPart(string Name, long Bytes, string Sha256);

/// <param name="Chain">Chain value at <paramref name="Through"/>, in hex.</param>
/// <param name="Removed">Punches of it that retention has removed.</param>
public sealed record BackupLedger(string Terminal, Guid Ledger, long Through, string Chain, string State, long Removed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
