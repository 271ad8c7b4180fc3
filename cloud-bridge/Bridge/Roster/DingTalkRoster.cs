using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Store;

namespace Devices.Bridge.Roster;

/// <summary>
/// Departments by <c>topapi/v2/department/listsub</c>, one level a call, so the tree is walked; people by
/// <c>topapi/v2/user/list</c>, one department a call, by cursor. Both are on the unmetered list; the pace is the client's.
/// </summary>
public sealed class DingTalkRoster(DingTalkClient client) : IRosterSource
{
    private const long Root = 1;
    private const int PageSize = 100;

    // A tree deeper or wider than this is a loop in the answers, not an organisation.
    private const int MostDepartments = 50_000;
    private const int MostAttempts = 5;
    private const string NoSuchDepartment = "60003";

    /// <inheritdoc/>
    public async Task<RosterPull> PullAsync(CancellationToken cancellationToken)
    {
        Dictionary<long, Department> departments = [];
        Dictionary<string, Person> people = new(StringComparer.Ordinal);
        Queue<long> open = new([Root]);
        HashSet<long> seen = [Root];
        while (open.TryDequeue(out long id))
        {
            Answer children = await CallAsync("topapi/v2/department/listsub", new() { ["dept_id"] = id }, cancellationToken);
            if (!children.Ok) return RosterPull.Failed(children.Outcome);
            if (Result(children) is not { ValueKind: JsonValueKind.Array } list) return Unreadable();
            foreach (JsonElement child in list.EnumerateArray())
            {
                if (Number(child, "dept_id") is not { } childId) return Unreadable();
                if (!seen.Add(childId)) continue;
                if (seen.Count > MostDepartments) return Unreadable();
                departments[childId] = Department(child, childId);
                open.Enqueue(childId);
            }

            if (await MembersAsync(id, people, cancellationToken) is { } failure) return RosterPull.Failed(failure);
        }

        return new([.. departments.Values], [.. people.Values], DeliveryOutcome.Accepted);
    }

    /// <inheritdoc/>
    public async Task<Reading<Person>> PersonAsync(string userId, CancellationToken cancellationToken)
    {
        Answer answer = await CallAsync("topapi/v2/user/get", new() { ["userid"] = userId }, cancellationToken);
        if (!answer.Ok) return answer.Outcome.Reason == "reason.no_such_person" ? new(null, true, DeliveryOutcome.Accepted) : new(null, false, answer.Outcome);
        return Result(answer) is { ValueKind: JsonValueKind.Object } user && Read(user, Root, ownOnly: true) is { } person && person.UserId == userId
            ? new(person, false, DeliveryOutcome.Accepted)
            : new(null, false, Unreadable().Outcome);
    }

    /// <inheritdoc/>
    public async Task<Reading<DepartmentPeople>> DepartmentAsync(long id, CancellationToken cancellationToken)
    {
        Answer answer = await CallAsync("topapi/v2/department/get", new() { ["dept_id"] = id }, cancellationToken);
        if (!answer.Ok) return answer.Outcome.Code == NoSuchDepartment ? new(null, true, DeliveryOutcome.Accepted) : new(null, false, answer.Outcome);
        if (Result(answer) is not { ValueKind: JsonValueKind.Object } result || Number(result, "dept_id") != id) return new(null, false, Unreadable().Outcome);
        Dictionary<string, Person> people = new(StringComparer.Ordinal);
        if (await MembersAsync(id, people, cancellationToken) is { } failure)
            return failure.Code == NoSuchDepartment ? new(null, true, DeliveryOutcome.Accepted) : new(null, false, failure);
        // The root is no department of its own here: a full pull does not name it either.
        Department? department = id == Root ? null : Department(result, id);
        return new(new(department, [.. people.Values]), false, DeliveryOutcome.Accepted);
    }

    private static Department Department(JsonElement element, long id) =>
        new(id, Number(element, "parent_id"), AnswerReader.Text(element, "name") ?? id.ToString(CultureInfo.InvariantCulture));

    private async Task<DeliveryOutcome?> MembersAsync(long department, Dictionary<string, Person> people, CancellationToken cancellationToken)
    {
        long cursor = 0;
        while (true)
        {
            Answer page = await CallAsync("topapi/v2/user/list", new() { ["dept_id"] = department, ["cursor"] = cursor, ["size"] = PageSize }, cancellationToken);
            if (!page.Ok) return page.Outcome;
            // An answer that does not say whether it is the last is no end of the list: whoever stands behind it would count as gone.
            if (Result(page) is not { ValueKind: JsonValueKind.Object } result
                || !result.TryGetProperty("has_more", out JsonElement more) || more.ValueKind is not (JsonValueKind.True or JsonValueKind.False)
                || (result.TryGetProperty("list", out JsonElement list) && list.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))) return Unreadable().Outcome;
            foreach (JsonElement user in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default)
            {
                if (Read(user, department, ownOnly: false) is not { } person) return Unreadable().Outcome;
                people[person.UserId] = people.TryGetValue(person.UserId, out Person? known)
                    ? person with { Departments = [.. person.Departments.Concat(known.Departments).Distinct().Order()] }
                    : person;
            }

            if (more.ValueKind == JsonValueKind.False) return null;
            if (Number(result, "next_cursor") is not { } next || next <= cursor) return Unreadable().Outcome;
            cursor = next;
        }
    }

    private static Person? Read(JsonElement user, long department, bool ownOnly)
    {
        if (AnswerReader.Text(user, "userid") is not { Length: > 0 } id) return null;
        long[] own = user.TryGetProperty("dept_id_list", out JsonElement ids) && ids.ValueKind == JsonValueKind.Array
            ? [.. ids.EnumerateArray().Select(d => d.ValueKind == JsonValueKind.Number && d.TryGetInt64(out long value) ? value : Root)]
            : [department];
        IEnumerable<long> all = ownOnly && own.Length > 0 ? own : own.Append(department);
        // "active" there means that the person has opened DingTalk; whoever is listed works here.
        return new(id, AnswerReader.Text(user, "name") ?? id, AnswerReader.Text(user, "job_number") is { Length: > 0 } job ? job : null, Active: true, [.. all.Distinct().Order()]);
    }

    private async Task<Answer> CallAsync(string path, Dictionary<string, object> body, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            Answer answer = await client.CallAsync(path, body, cancellationToken);
            // Reading is safe to repeat, so what is unclear for an upload is simply asked again here.
            bool again = answer.Outcome.Kind is OutcomeKind.Throttled or OutcomeKind.Transient or OutcomeKind.Ambiguous or OutcomeKind.Unreachable;
            if (answer.Ok || !again || attempt >= MostAttempts || answer.Outcome.Wait > TimeSpan.FromSeconds(10)) return answer;
            await Task.Delay(answer.Outcome.Wait ?? BackOff.After(attempt, 0.5, 8), cancellationToken);
        }
    }

    private static JsonElement? Result(Answer answer) => answer.Body!.Value.TryGetProperty("result", out JsonElement result) ? result : null;

    private static long? Number(JsonElement element, string name) =>
        long.TryParse(AnswerReader.Text(element, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static RosterPull Unreadable() => RosterPull.Failed(new(OutcomeKind.Transient, "reason.unreadable_answer"));
}
