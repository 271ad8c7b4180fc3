using System.Text.Json;

namespace Devices.Cli.Terminal;

/// <summary>A person as the terminal knows them.</summary>
/// <param name="Cards">UIDs, upper-case hex.</param>
/// <param name="Templates">How many views for each model pack.</param>
public sealed record EnrolledPerson(string Id, string? Name, List<string> Cards, SortedDictionary<string, long> Templates)
{
    internal const string EnrolAgain = "enrol again";

    /// <summary>Whether the person's face can be recognised by the pack in force.</summary>
    internal string FaceState(string? pack) => Templates.Count == 0 ? "none" : pack is null ? "models not running" : Templates.ContainsKey(pack) ? "recognised" : EnrolAgain;

    public static EnrolledPerson Of(JsonElement person)
    {
        var templates = new SortedDictionary<string, long>(StringComparer.Ordinal);
        if (person.Get("templates") is { ValueKind: JsonValueKind.Object } byPack)
            foreach (JsonProperty pack in byPack.EnumerateObject())
                if (pack.Value.TryGetInt64(out long count)) templates[pack.Name] = count;
        List<string> cards = person.Get("cards") is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(c => c.ToString())] : [];
        return new EnrolledPerson(person.Text("id") ?? "?", person.Text("name"), cards, templates);
    }
}
