using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Devices.Standins.DingTalk;

/// <summary>The one way JSON is read and written here: snake_case names, kebab-case choices, readable Chinese.</summary>
internal static class Json
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    public static JsonNode Write<T>(T value) => JsonSerializer.SerializeToNode(value, Options)!;

    public static T Read<T>(JsonNode? node, string what)
    {
        try
        {
            return node.Deserialize<T>(Options) ?? throw new BadInputException($"{what} is empty.");
        }
        catch (JsonException exception)
        {
            throw new BadInputException($"Cannot read {what}: {Reason(exception)}", exception);
        }
    }

    public static JsonObject ParseObject(string text, string what)
    {
        try
        {
            // A duplicate key only fails when the object is first looked into, so look here.
            return JsonNode.Parse(text) is JsonObject { Count: >= 0 } found
                ? found
                : throw new BadInputException($"Cannot read {what}: it is not a JSON object.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new BadInputException($"Cannot read {what}: {Reason(exception)}", exception);
        }
    }

    private static string Reason(Exception exception)
    {
        var path = exception is JsonException { Path: { } where } && where != "$" ? $" (at {where})" : string.Empty;
        var text = exception.Message.Split(" Path: ", 2)[0].TrimEnd('.');
        const string notConverted = "The JSON value could not be converted to ";
        if (text.StartsWith(notConverted, StringComparison.Ordinal))
        {
            text = typeof(Json).Assembly.GetType(text[notConverted.Length..]) is { IsEnum: true } choices
                ? "the value must be one of " + string.Join(", ", Enum.GetNames(choices).Select(JsonNamingPolicy.KebabCaseLower.ConvertName))
                : "the value is of the wrong kind";
        }

        // The framework's own words name .NET types, which say nothing to whoever wrote the JSON.
        var quoted = text.Split('\'');
        text = text switch
        {
            _ when text.StartsWith("The JSON property '", StringComparison.Ordinal) => $"there is no field '{quoted[1]}'",
            _ when text.Contains("missing required properties", StringComparison.Ordinal) => "missing " + text[(text.LastIndexOf(": ", StringComparison.Ordinal) + 2)..],
            _ => text,
        };
        return $"{text}{path}.";
    }
}
