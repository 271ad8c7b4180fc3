using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Cli.App;

namespace Devices.Cli.Provisioning.Batch;

/// <summary>How far one board of a list is.</summary>
/// <param name="Claim">SHA-256 of its claim: with another claim it is another board's work. The claim itself is in the bundle only.</param>
public sealed record BatchEntry(string Terminal, string Claim)
{
    /// <summary>Password between MCU and board; made with the first of the two.</summary>
    public string? McuPassword { get; init; }

    public bool Bundle { get; init; }

    public bool Label { get; init; }

    /// <summary>The MCU on this desk has its settings; true where it has none.</summary>
    public bool Mcu { get; init; }

    public string? Fault { get; init; }

    public int Code { get; init; }

    public DateTimeOffset? BundleUntil { get; init; }
}

/// <summary>What of a list is done, in <c>OUT/batch.json</c> (mode 0600: it holds the MCUs' passwords), written after each board.</summary>
internal sealed class BatchJournal
{
    private readonly string _path;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, BatchEntry> _entries = new(StringComparer.Ordinal);

    /// <exception cref="CliException">The file is damaged.</exception>
    public BatchJournal(string folder)
    {
        _path = Path.Combine(folder, "batch.json");
        if (!File.Exists(_path)) return;
        try
        {
            foreach (BatchEntry entry in JsonSerializer.Deserialize(File.ReadAllBytes(_path), BatchJson.Default.ListBatchEntry) ?? []) _entries[entry?.Terminal ?? throw new JsonException("an entry names no terminal")] = entry;
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.ListRefused, $"The journal {_path} cannot be read: {e.Message.TrimEnd('.')}.", "Move the folder away, or give another --out.", e);
        }
    }

    public static string Mark(string claim) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(claim)));

    /// <summary>The board's entry; a new one where there is none for this claim.</summary>
    public BatchEntry Of(BatchRow row)
    {
        string mark = Mark(row.Claim);
        lock (_gate) return _entries.TryGetValue(row.Terminal, out BatchEntry? known) && known.Claim == mark ? known : new(row.Terminal, mark);
    }

    public void Note(BatchEntry entry)
    {
        lock (_gate)
        {
            _entries[entry.Terminal] = entry;
            Files.WriteAtomically(_path, JsonSerializer.SerializeToUtf8Bytes([.. _entries.Values], BatchJson.Default.ListBatchEntry), Files.Secret);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(List<BatchEntry>))]
internal sealed partial class BatchJson : JsonSerializerContext;
