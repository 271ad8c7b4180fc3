using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Roster.Events;

/// <summary>
/// What an event names. Nothing of its contents is believed but the ids: they say who has to be read again. Names of fields are taken in
/// any case, since the stream writes <c>userId</c> and the push <c>UserId</c>; ids may be a list or a single one.
/// </summary>
internal static class EventReading
{
    private const int MostIds = 1000;
    private const int LongestId = 128;

    /// <summary>A message's body; null where it is no JSON.</summary>
    public static JsonElement? Body(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(JsonLetters.Whole(text));
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The marks of a contacts event; empty for one that does not concern the roster; the whole roster where it names nobody.</summary>
    public static IReadOnlyList<RosterMark> Marks(PlatformEvent happened)
    {
        (MarkKind Kind, string Field, Expectation Expect)? rule = happened.Kind switch
        {
            "user_add_org" => (MarkKind.Person, "userId", Expectation.Here),
            "user_modify_org" or "user_active_org" or "org_admin_add" or "org_admin_remove" => (MarkKind.Person, "userId", Expectation.Any),
            "user_leave_org" => (MarkKind.Person, "userId", Expectation.Gone),
            "org_dept_create" => (MarkKind.Department, "deptId", Expectation.Here),
            "org_dept_modify" => (MarkKind.Department, "deptId", Expectation.Any),
            "org_dept_remove" => (MarkKind.Department, "deptId", Expectation.Gone),
            "org_change" or "org_remove" => (MarkKind.All, "", Expectation.Any),
            _ => null,
        };
        if (rule is not var (kind, field, expect)) return [];
        List<string> ids = kind == MarkKind.All ? [] : Ids(happened.Body, field);
        return ids.Count is > 0 and <= MostIds && ids.TrueForAll(id => id.Length is > 0 and <= LongestId)
            ? [.. ids.Distinct().Select(id => new RosterMark(kind, id, expect))]
            : [new(MarkKind.All, "", Expectation.Any)];
    }

    /// <summary>The punches that an <c>attendance_check_record</c> tells of: who and when (ms since the Unix epoch).</summary>
    public static IReadOnlyList<(string Person, long At)> Punches(PlatformEvent happened)
    {
        if (Field(happened.Body, "dataList") is not { ValueKind: JsonValueKind.Array } rows) return [];
        return [.. rows.EnumerateArray().Take(MostIds).Select(row => (Person: Text(Field(row, "userId")), At: Text(Field(row, "checkTime"))))
            .Where(row => row.Person is not null && long.TryParse(row.At, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(row => (row.Person!, long.Parse(row.At!, CultureInfo.InvariantCulture)))];
    }

    /// <summary>A field whatever the case of its name.</summary>
    public static JsonElement? Field(JsonElement body, string name)
    {
        if (body.ValueKind != JsonValueKind.Object) return null;
        foreach (JsonProperty property in body.EnumerateObject())
            if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase)) return property.Value;
        return null;
    }

    /// <summary>A text or a number as text.</summary>
    public static string? Text(JsonElement? value) => value is { ValueKind: JsonValueKind.String } text ? text.GetString()
        : value is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : null;

    private static List<string> Ids(JsonElement body, string field)
    {
        JsonElement? ids = Field(body, field) ?? Field(body, field == "userId" ? "userIds" : "deptIds");
        return ids is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Take(MostIds + 1).Select(one => Text(one) ?? "")]
            : Text(ids) is { } single ? [single] : [];
    }
}
