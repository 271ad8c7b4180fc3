using System.Text.Json;
using System.Text.RegularExpressions;
using Devices.Contract.Messages;

namespace Devices.Bridge.Delivery.Targets.ErpNext;

/// <summary>What came of one call to a Frappe site.</summary>
/// <param name="Body">The JSON object, where the site did what was asked.</param>
/// <param name="Words">Frappe's own words about a refusal, in the API user's language: shown to people, never judged by.</param>
/// <param name="Failure">Why there is no answer about this record; null where there is one.</param>
public sealed partial record ErpNextAnswer(JsonElement? Body, string? Words, DeliveryOutcome? Failure)
{
    private const int LongestWords = 300;

    /// <summary>The site's validation refused the record (HTTP 417 and its like): facts have to be asked for, since the words are translated.</summary>
    public bool Refused => Body is null && Failure is null;

    /// <summary>The sentence in Frappe's error answer: <c>_server_messages</c> is JSON text of a list of JSON texts; <c>exception</c> and <c>exc_type</c> otherwise.</summary>
    public static string? WordsOf(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(JsonLetters.Whole(text));
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            return Clean(ServerMessage(root) ?? Text(root, "exception") ?? Text(root, "message") ?? Text(root, "exc_type"));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? ServerMessage(JsonElement root)
    {
        if (Text(root, "_server_messages") is not { } list) return null;
        try
        {
            using JsonDocument outer = JsonDocument.Parse(JsonLetters.Whole(list));
            if (outer.RootElement.ValueKind != JsonValueKind.Array) return null;
            foreach (JsonElement one in outer.RootElement.EnumerateArray())
            {
                if (one.ValueKind != JsonValueKind.String) continue;
                using JsonDocument inner = JsonDocument.Parse(JsonLetters.Whole(one.GetString()!));
                if (Text(inner.RootElement, "message") is { Length: > 0 } message) return message;
            }
        }
        catch (JsonException)
        {
            // Not as documented: the other fields say it too.
        }

        return null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Clean(string? text)
    {
        if (text is null) return null;
        string plain = Space().Replace(Tag().Replace(text, " "), " ").Trim();
        return plain.Length > LongestWords ? plain[..LongestWords] + "…" : plain;
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
