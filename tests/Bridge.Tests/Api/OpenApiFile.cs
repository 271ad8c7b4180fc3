using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace Devices.Bridge.Tests.Api;

/// <summary>The committed <c>openapi.yaml</c>, and whether an answer is what it says.</summary>
internal sealed class OpenApiFile
{
    private OpenApiFile(OpenApiDocument document) => Document = document;

    public OpenApiDocument Document { get; }

    /// <summary>Reads it with the library; what the library finds wrong fails the test.</summary>
    public static async Task<OpenApiFile> LoadAsync()
    {
        OpenApiReaderSettings settings = new();
        settings.AddYamlReader();
        ReadResult result = await OpenApiDocument.LoadAsync(Path.Combine(AppContext.BaseDirectory, "openapi.yaml"), settings);
        result.Diagnostic!.Errors.Select(e => e.Message).ShouldBeEmpty();
        result.Diagnostic.Warnings.Select(e => e.Message).ShouldBeEmpty();
        return new(result.Document!);
    }

    public IEnumerable<(string Path, string Method)> Operations() =>
        Document.Paths.SelectMany(p => p.Value.Operations!.Keys.Select(m => (p.Key, m.Method.ToUpperInvariant())));

    /// <summary>Status, media type and, for JSON, every field.</summary>
    public async Task CheckAsync(string path, HttpMethod method, HttpResponseMessage answer)
    {
        IOpenApiResponse expected = Document.Paths[path].Operations![method].Responses![((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture)];
        string text = await answer.Content.ReadAsStringAsync();
        if (expected.Content is not { Count: > 0 })
        {
            text.ShouldBeEmpty();
            return;
        }
        (string media, IOpenApiMediaType content) = expected.Content.Single();
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(media, $"{path} {answer.StatusCode}");
        if (media is "application/json" or "application/problem+json") Check(JsonDocument.Parse(text).RootElement, content.Schema!, path);
        else text.ShouldNotBeEmpty();
    }

    /// <summary>A webhook as it was sent: headers and every field of the body.</summary>
    public void CheckWebhook(string name, IReadOnlyDictionary<string, string> headers, string body)
    {
        OpenApiOperation post = Document.Webhooks![name].Operations![HttpMethod.Post];
        foreach (IOpenApiParameter header in post.Parameters!)
        {
            headers.ShouldContainKey(header.Name!);
            if (header.Schema!.Pattern is { } pattern) Regex.IsMatch(headers[header.Name!], pattern).ShouldBeTrue($"{header.Name}: {headers[header.Name!]}");
        }

        Check(JsonDocument.Parse(body).RootElement, post.RequestBody!.Content!["application/json"].Schema!, name);
    }

    private static void Check(JsonElement value, IOpenApiSchema schema, string at)
    {
        JsonSchemaType found = value.ValueKind switch
        {
            JsonValueKind.Object => JsonSchemaType.Object,
            JsonValueKind.Array => JsonSchemaType.Array,
            JsonValueKind.String => JsonSchemaType.String,
            JsonValueKind.True or JsonValueKind.False => JsonSchemaType.Boolean,
            JsonValueKind.Null => JsonSchemaType.Null,
            _ => value.TryGetInt64(out _) ? JsonSchemaType.Integer | JsonSchemaType.Number : JsonSchemaType.Number,
        };
        if (schema.OneOf is { Count: > 0 } choices)
        {
            // Null, or one other shape.
            if (found != JsonSchemaType.Null) Check(value, choices.Single(c => c.Type != JsonSchemaType.Null), at);
            else choices.ShouldContain(c => c.Type == JsonSchemaType.Null, at);
            return;
        }

        (schema.Type!.Value & found).ShouldNotBe((JsonSchemaType)0, $"{at}: {value} is not {schema.Type}");
        if (schema.Enum is { Count: > 0 } words) words.Select(w => w!.GetValue<string>()).ShouldContain(value.GetString(), at);
        if (schema.Pattern is { } pattern) Regex.IsMatch(value.GetString()!, pattern).ShouldBeTrue($"{at}: {value} does not match {pattern}");
        if (schema.Format == "uuid") Guid.TryParse(value.GetString(), out _).ShouldBeTrue(at);
        if (schema.Minimum is { } least && value.ValueKind == JsonValueKind.Number)
            value.GetDecimal().ShouldBeGreaterThanOrEqualTo(decimal.Parse(least, System.Globalization.CultureInfo.InvariantCulture), at);
        if (value.ValueKind == JsonValueKind.Array)
            foreach (JsonElement item in value.EnumerateArray()) Check(item, schema.Items!, at + "[]");
        if (value.ValueKind != JsonValueKind.Object) return;
        foreach (string name in schema.Required ?? new HashSet<string>()) value.TryGetProperty(name, out _).ShouldBeTrue($"{at}.{name} is missing");
        schema.AdditionalPropertiesAllowed.ShouldBeFalse($"{at}: an open schema would hide undocumented fields");
        foreach (JsonProperty property in value.EnumerateObject())
        {
            schema.Properties!.ShouldContainKey(property.Name, $"{at}.{property.Name} is not documented");
            Check(property.Value, schema.Properties![property.Name], $"{at}.{property.Name}");
        }
    }
}
