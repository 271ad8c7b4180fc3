using System.Text.Json;
using System.Text.Json.Serialization;

namespace Devices.Standins.Camera;

/// <summary>How the control API reads and writes JSON: camelCase names, kebab-case choices, no unknown fields.</summary>
internal static class Json
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    /// <exception cref="BadInputException">Not JSON, an unknown field, or a value of the wrong kind.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, Options, cancellationToken)
                ?? throw new BadInputException("The body is empty; send a JSON object.");
        }
        catch (JsonException exception)
        {
            var unknown = exception.Message.StartsWith("The JSON property '", StringComparison.Ordinal) ? exception.Message.Split('\'')[1] : null;
            var where = exception.Path is { Length: > 0 } path and not "$" ? $"the value at {path} is missing or of the wrong kind" : "it is not the JSON object this call takes";
            throw new BadInputException($"Cannot read the body: {(unknown is null ? where : $"there is no field '{unknown}'")}.", exception);
        }
    }
}
