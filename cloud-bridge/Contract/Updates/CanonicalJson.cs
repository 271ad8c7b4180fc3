using System.Globalization;
using System.Text;
using System.Text.Json;
using Devices.Contract.Messages;

namespace Devices.Contract.Updates;

/// <summary>
/// OLPC canonical JSON, over which TUF signs (TUF specification 1.0.33, section 4.1): no white space, names in the order of their code points, only
/// <c>"</c> and <c>\</c> escaped, whole numbers only.
/// </summary>
public static class CanonicalJson
{
    private const int MaxDepth = 32;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="UpdateRefusedException">It holds a number with a fraction, or one beyond 2^53.</exception>
    public static byte[] Encode(JsonElement element)
    {
        try
        {
            StringBuilder text = new();
            Write(text, element);
            return Strict.GetBytes(text.ToString());
        }
        catch (Exception fault) when (fault is InvalidOperationException or EncoderFallbackException)
        {
            throw new UpdateRefusedException(UpdateRefusal.Malformed, "Update metadata holds text that is not Unicode.", fault);
        }
    }

    /// <summary>Strict: no comments, no name twice, bounded depth.</summary>
    /// <exception cref="UpdateRefusedException">It is not such JSON.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> json, string what)
    {
        // Text that is none would be read over here and stumbled over later, each time somebody asks for it.
        if (!System.Text.Unicode.Utf8.IsValid(json)) throw new UpdateRefusedException(UpdateRefusal.Malformed, $"{what} is not UTF-8.");
        string text = Encoding.UTF8.GetString(json);
        if (!ReferenceEquals(JsonLetters.Whole(text), text)) throw new UpdateRefusedException(UpdateRefusal.Malformed, $"{what} holds half a letter (a surrogate without its pair).");
        try
        {
            using JsonDocument document = JsonDocument.Parse(json.ToArray(), new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaxDepth });
            return document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            throw new UpdateRefusedException(UpdateRefusal.Malformed, $"{what} is not JSON: {fault.Message}", fault);
        }
    }

    private static void Write(StringBuilder text, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                bool first = true;
                foreach (JsonProperty one in element.EnumerateObject().OrderBy(p => p.Name, CodePoints.Instance))
                {
                    if (!first) text.Append(',');
                    first = false;
                    Write(text, one.Name);
                    text.Append(':');
                    Write(text, one.Value);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                int at = 0;
                foreach (JsonElement one in element.EnumerateArray())
                {
                    if (at++ > 0) text.Append(',');
                    Write(text, one);
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                Write(text, element.GetString()!);
                break;
            case JsonValueKind.Number:
                if (!element.TryGetInt64(out long number) || number is > 1L << 53 or < -(1L << 53)) throw new UpdateRefusedException(UpdateRefusal.Malformed, "Update metadata holds a number that is not whole, or beyond 2^53.");
                text.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case JsonValueKind.True:
                text.Append("true");
                break;
            case JsonValueKind.False:
                text.Append("false");
                break;
            default:
                text.Append("null");
                break;
        }
    }

    private static void Write(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            if (c is '"' or '\\') text.Append('\\');
            text.Append(c);
        }

        text.Append('"');
    }

    // UTF-16 order differs from that of code points above the basic plane.
    private sealed class CodePoints : IComparer<string>
    {
        public static readonly CodePoints Instance = new();

        public int Compare(string? x, string? y) => Encoding.UTF8.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y ?? ""));
    }
}
