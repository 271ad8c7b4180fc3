using System.Text.Json;

namespace Devices.Fuzz.Engine;

/// <summary>Where the values and members of a JSON text lie, as far as it is JSON.</summary>
internal static class JsonPlaces
{
    /// <summary>Spans of values.</summary>
    /// <param name="members">Spans from a member's name to the end of its value.</param>
    public static List<Range> Find(ReadOnlySpan<byte> text, out List<Range> members)
    {
        List<Range> values = [];
        members = [];
        Stack<(int Start, int Member)> open = [];
        int member = -1;
        Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = 200, AllowTrailingCommas = true });
        try
        {
            while (reader.Read())
            {
                int at = (int)reader.TokenStartIndex, end = (int)reader.BytesConsumed;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        member = at;
                        continue;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        open.Push((at, member));
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        (int start, int name) = open.Pop();
                        values.Add(start..end);
                        if (name >= 0) members.Add(name..end);
                        break;
                    default:
                        values.Add(at..end);
                        if (member >= 0) members.Add(member..end);
                        break;
                }

                member = -1;
            }
        }
        catch (JsonException)
        {
            // Spoilt already: what was found up to there is enough.
        }

        return values;
    }
}
