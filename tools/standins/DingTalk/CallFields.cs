using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>The fields of a call's body, from JSON or from a form: a form knows only text.</summary>
internal sealed class CallFields
{
    private readonly JsonObject _fields;

    public CallFields(JsonObject fields, string? problem = null)
    {
        _fields = fields;
        Problem = problem;
    }

    /// <summary>Why the body could not be read, or null.</summary>
    public string? Problem { get; }

    public static async Task<CallFields> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HasFormContentType)
        {
            var form = await request.ReadFormAsync(cancellationToken);
            return new(new(form.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Key, p.Value.ToString()))));
        }

        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync(cancellationToken);
        if (string.IsNullOrWhiteSpace(text))
        {
            return new([]);
        }

        try
        {
            return new(Json.ParseObject(text, "the body"));
        }
        catch (BadInputException exception)
        {
            return new([], exception.Message);
        }
    }

    /// <summary>Text; a JSON number is taken as its digits, as the platform is lax about userids.</summary>
    public string? Text(string name) => _fields[name] switch
    {
        JsonValue value when value.GetValueKind() is JsonValueKind.String or JsonValueKind.Number => value.ToString() is { Length: > 0 } text ? text : null,
        _ => null,
    };

    /// <summary>A whole number, or its digits as text.</summary>
    public long? Number(string name) =>
        long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>true or false, or their text.</summary>
    public bool? Flag(string name) => _fields[name] is JsonValue value && bool.TryParse(value.ToString(), out var flag) ? flag : null;

    /// <summary>An object inside the body, or null.</summary>
    public JsonObject? Part(string name) => _fields[name] as JsonObject;

    /// <summary>A list of texts, or null when it is not a list.</summary>
    public IReadOnlyList<string>? List(string name) => _fields[name] is JsonArray array && array.All(i => i is JsonValue)
        ? [.. array.Select(i => i!.ToString())]
        : null;
}
