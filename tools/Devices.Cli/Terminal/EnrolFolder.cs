using System.Text;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Cli.Terminal;

/// <summary>
/// Reads what is to be enrolled: <c>FOLDER/&lt;userid&gt;/*.jpg</c> and, where it is there, <c>FOLDER/people.json</c>:
/// <c>[{"id": "…", "name": "…", "card": "…"}]</c>. Nothing is skipped without a word.
/// </summary>
public sealed class EnrolFolder
{
    private const string PeopleFile = "people.json";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    private readonly List<string> _notes = [];

    public IReadOnlyList<Candidate> Candidates { get; private set; } = [];

    /// <summary>What in the folder was not used, and why.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <exception cref="CliException">The folder or its people.json cannot be used.</exception>
    public static EnrolFolder Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new CliException(ExitCodes.NothingToEnrol, $"There is no folder {folder}.");
        var result = new EnrolFolder();
        Dictionary<string, (string Name, string? Card)> people = ReadPeople(Path.Combine(folder, PeopleFile));
        var candidates = new SortedDictionary<string, Candidate>(StringComparer.Ordinal);
        foreach (string directory in Directory.EnumerateDirectories(folder))
        {
            string id = Path.GetFileName(directory);
            if (id.StartsWith('.')) continue;
            (string name, string? card) = people.GetValueOrDefault(id, (id, null));
            candidates[id] = new Candidate(id, name, card, result.Pictures(directory));
        }

        foreach (var (id, (name, card)) in people)
            if (!candidates.ContainsKey(id)) candidates[id] = new Candidate(id, name, card, []);
        foreach (string file in Directory.EnumerateFiles(folder))
            if (Path.GetFileName(file) != PeopleFile && IsPicture(file)) result._notes.Add($"{Path.GetFileName(file)} lies beside the persons' folders, so it belongs to nobody; it was not used.");
        if (candidates.Count == 0) throw new CliException(ExitCodes.NothingToEnrol, $"{folder} holds no folder of a person.");
        result.Candidates = [.. candidates.Values];
        return result;
    }

    /// <summary>One person by flags.</summary>
    public static EnrolFolder Of(string id, string? name, string? card, IEnumerable<string> pictures)
    {
        CheckId(id, "--person", ExitCodes.Usage);
        List<string> files = [.. pictures];
        foreach (string file in files)
            if (!File.Exists(file)) throw new CliException(ExitCodes.NothingToEnrol, $"There is no picture {file}.");
        return new EnrolFolder { Candidates = [new Candidate(id, name ?? id, card, files)] };
    }

    private List<string> Pictures(string directory)
    {
        var pictures = new List<string>();
        foreach (string file in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            if (IsPicture(file)) pictures.Add(file);
            else if (!Path.GetFileName(file).StartsWith('.')) _notes.Add($"{Path.GetFileName(directory)}/{Path.GetFileName(file)} is not a .jpg; it was not used.");
        }

        return pictures;
    }

    private static bool IsPicture(string file) => Path.GetExtension(file).ToUpperInvariant() is ".JPG" or ".JPEG";

    private static Dictionary<string, (string Name, string? Card)> ReadPeople(string file)
    {
        var people = new Dictionary<string, (string Name, string? Card)>(StringComparer.Ordinal);
        if (!File.Exists(file)) return people;
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(JsonLetters.Whole(File.ReadAllText(file)), Lenient);
            root = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.PeopleListRefused, $"{file} is not JSON (line {e.LineNumber + 1}): {e.Message.TrimEnd('.')}.", inner: e);
        }

        if (root.ValueKind != JsonValueKind.Array) throw new CliException(ExitCodes.PeopleListRefused, $"{file} must be a list: [{{\"id\": \"…\", \"name\": \"…\", \"card\": \"…\"}}].");
        var cards = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        int n = 0;
        foreach (JsonElement entry in root.EnumerateArray())
        {
            n++;
            string id = entry.Text("id") ?? throw new CliException(ExitCodes.PeopleListRefused, $"{file}: entry {n} has no \"id\" in quotes.");
            CheckId(id, $"{file}: entry {n}", ExitCodes.PeopleListRefused);
            string? card = entry.Text("card");
            if (!people.TryAdd(id, (entry.Text("name") ?? id, card))) throw new CliException(ExitCodes.PeopleListRefused, $"{file}: '{id}' stands in it twice.");
            if (card is not null && !cards.TryAdd(card, id)) throw new CliException(ExitCodes.PeopleListRefused, $"{file}: card {card} is given to both {cards[card]} and {id}.");
        }

        return people;
    }

    private static void CheckId(string id, string where, ExitCode code)
    {
        if (id.Length == 0 || Encoding.UTF8.GetByteCount(id) > PunchRules.MaxPerson || id.Any(char.IsControl) || id.Contains('/', StringComparison.Ordinal))
            throw new CliException(code, $"{where}: a person's id is 1 to {PunchRules.MaxPerson} bytes without '/' and control characters.");
    }
}
