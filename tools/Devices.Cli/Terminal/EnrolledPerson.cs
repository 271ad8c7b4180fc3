using System.Text.Json;

namespace Devices.Cli.Terminal;

/// <summary>A person as the terminal knows them.</summary>
/// <param name="Cards">UIDs, upper-case hex.</param>
/// <param name="Templates">How many views for each model pack.</param>
public sealed record EnrolledPerson(string Id, string? Name, List<string> Cards, SortedDictionary<string, long> Templates)
{
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
