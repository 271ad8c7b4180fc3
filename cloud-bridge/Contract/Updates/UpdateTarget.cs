using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Devices.Contract.Updates;

/// <summary>What packages hold.</summary>
public static class UpdateKinds
{
    /// <summary>The agent with everything beside it.</summary>
    public const string Agent = "agent";

    /// <summary>A model pack.</summary>
    public const string Models = "models";

    /// <summary>The MCU's runtime and program.</summary>
    public const string Firmware = "firmware";

    public const string AnyRuntime = "any";

    public static IReadOnlyList<string> All { get; } = [Agent, Models, Firmware];
}

/// <summary>One package in the targets metadata: what it is, and everything by which it is checked.</summary>
public sealed partial record UpdateTarget
{
    public const int ChunkBytes = 256 * 1024;

    /// <summary>Name in the repository, <c>agent/agent-1.2.0-linux-arm64.tar.br</c>.</summary>
    public required string Path { get; init; }

    public required long Length { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>One of <see cref="UpdateKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary><c>agent</c>, the pack's id, or the firmware's board.</summary>
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Grows with every package of this kind and name; a terminal that has taken one takes none with a lower number any more.</summary>
    public required long Counter { get; init; }

    /// <summary><c>linux-x64</c>, <c>linux-arm64</c>, a chip, or <c>any</c>.</summary>
    public required string Runtime { get; init; }

    /// <summary>SHA-256 of each <see cref="ChunkBytes"/> of the package, in order: what is checked while it comes, and where it goes on.</summary>
    public required byte[] Chunks { get; init; }

    /// <summary>SHA-256 of the package's <c>files.json</c>, which names every file in it: by it the unpacked folder is checked at every start.</summary>
    public required string Files { get; init; }

    /// <summary>Bytes when unpacked.</summary>
    public required long Unpacked { get; init; }

    /// <summary>Agent: the format to which it brings the state directory, and the newest one that it can go on from.</summary>
    public long StateWrites { get; init; }

    public long StateReads { get; init; }

    /// <summary>Models: which templates the pack compares, <c>id@version</c>.</summary>
    public string? Templates { get; init; }

    public int ChunkCount => Chunks.Length / 32;

    public ReadOnlySpan<byte> ChunkHash(int index) => Chunks.AsSpan(index * 32, 32);

    /// <summary>Length of that chunk.</summary>
    public int ChunkLength(int index) => (int)Math.Min(ChunkBytes, Length - ((long)index * ChunkBytes));

    public override string ToString() => $"{Kind} {Name} {Version} ({Runtime})";

    /// <summary>Null for a target of a kind that this version does not know: it is another program's.</summary>
    /// <exception cref="UpdateRefusedException">It is one of ours and makes no sense.</exception>
    public static UpdateTarget? Read(string path, JsonElement json)
    {
        string what = $"The package '{path}'";
        if (!SafePath().IsMatch(path)) throw SignedMetadata.Malformed("A package has a name that is not of a-z, A-Z, 0-9, '.', '_', '-', '+' and '/'.");
        JsonElement custom = SignedMetadata.Object(json, "custom", what);
        string kind = Demand(custom, "kind", what);
        if (!UpdateKinds.All.Contains(kind)) return null;
        UpdateTarget target = new()
        {
            Path = path, Kind = kind, Length = SignedMetadata.Whole(json, "length", what), Sha256 = Demand(SignedMetadata.Object(json, "hashes", what), "sha256", what),
            Name = Demand(custom, "name", what), Version = Demand(custom, "version", what), Counter = SignedMetadata.Whole(custom, "counter", what), Runtime = Demand(custom, "runtime", what),
            Files = Demand(custom, "files", what), Unpacked = SignedMetadata.Whole(custom, "unpacked", what), Chunks = Base64(Demand(custom, "chunks", what), what),
            StateWrites = kind == UpdateKinds.Agent ? SignedMetadata.Whole(custom, "state_writes", what) : 0, StateReads = kind == UpdateKinds.Agent ? SignedMetadata.Whole(custom, "state_reads", what) : 0,
            Templates = SignedMetadata.Text(custom, "templates"),
        };
        return target.Fault() is { } fault ? throw SignedMetadata.Malformed($"{what}: {fault}") : target;
    }

    /// <summary>Null where it makes sense, else a few words.</summary>
    public string? Fault() =>
        !Hex().IsMatch(Sha256) || !Hex().IsMatch(Files) ? "a hash is not 64 hex digits."
        : Length is <= 0 or > UpdateLimits.Package || Unpacked is < 0 or > UpdateLimits.Package ? $"it has no length up to {UpdateLimits.Package} bytes."
        : !Word().IsMatch(Name) || !Word().IsMatch(Runtime) || !VersionText().IsMatch(Version) ? "name, version or runtime is not of a-z, 0-9, '.', '-', '+', '_'."
        : Counter < 1 ? "its counter is not from 1."
        : Chunks.Length != 32 * ((Length + ChunkBytes - 1) / ChunkBytes) ? "the list of its chunks is not as long as it is."
        : Kind == UpdateKinds.Agent && (StateWrites < 1 || StateReads < StateWrites) ? "it does not say which formats of the state directory it writes and reads."
        : Kind == UpdateKinds.Models && Templates is null ? "it does not say which templates it compares." : null;

    public JsonObject ToJson()
    {
        JsonObject custom = new()
        {
            ["kind"] = Kind, ["name"] = Name, ["version"] = Version, ["counter"] = Counter, ["runtime"] = Runtime, ["chunks"] = Convert.ToBase64String(Chunks), ["files"] = Files, ["unpacked"] = Unpacked,
        };
        if (Kind == UpdateKinds.Agent) (custom["state_writes"], custom["state_reads"]) = (StateWrites, StateReads);
        if (Templates is not null) custom["templates"] = Templates;
        return new() { ["length"] = Length, ["hashes"] = new JsonObject { ["sha256"] = Sha256 }, ["custom"] = custom };
    }

    private static string Demand(JsonElement json, string name, string what) => SignedMetadata.Text(json, name) is { Length: > 0 } text ? text : throw SignedMetadata.Malformed($"{what} has no '{name}'.");

    private static byte[] Base64(string text, string what)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException fault)
        {
            throw new UpdateRefusedException(UpdateRefusal.Malformed, $"{what} has a list of chunks that cannot be read.", fault);
        }
    }

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Hex();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,63}\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"\A[0-9A-Za-z][0-9A-Za-z.+_-]{0,47}\z")]
    private static partial Regex VersionText();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._+-]*(/[A-Za-z0-9][A-Za-z0-9._+-]*)*\z")]
    private static partial Regex SafePath();
}
