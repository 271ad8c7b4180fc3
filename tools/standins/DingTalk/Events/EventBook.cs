using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk.Events;

/// <summary>The events that happened, what was confirmed, and what the people's changes give rise to. Call under the cloud's lock.</summary>
internal sealed class EventBook
{
    private readonly List<PlayedEvent> _events = [];

    public IReadOnlyList<PlayedEvent> All => _events;

    public PlayedEvent Add(PlayedEvent played)
    {
        _events.Add(played);
        return played;
    }

    public void Clear() => _events.Clear();

    /// <summary>What is due now, each with its attempt counted and its next time set; what has no attempt left is lost.</summary>
    public IReadOnlyList<PlayedEvent> Take(DateTime now, Func<int, TimeSpan> wait, int attempts)
    {
        List<PlayedEvent> due = [];
        foreach (var played in _events.Where(e => e.State == EventState.Open && e.Due <= now))
        {
            if (played.Attempts >= attempts)
            {
                played.State = EventState.Lost;
                continue;
            }

            played.Attempts++;
            played.Due = now + wait(played.Attempts);
            due.Add(played);
        }

        return due;
    }

    /// <summary>The contacts events that a change of the organisation gives rise to (user_* and org_dept_*, in-house form: lists of ids).</summary>
    public void Compare(Organisation before, Organisation after, long now)
    {
        var (old, young) = (before.Members.ToDictionary(m => m.Userid), after.Members.ToDictionary(m => m.Userid));
        Users("user_add_org", young.Keys.Except(old.Keys));
        Users("user_modify_org", young.Values.Where(m => old.TryGetValue(m.Userid, out var was) && !Same(was, m)).Select(m => m.Userid));
        Users("user_leave_org", old.Keys.Except(young.Keys));
        var (had, has) = (before.ToDocument().Departments.ToDictionary(d => d.DeptId), after.ToDocument().Departments.ToDictionary(d => d.DeptId));
        Departments("org_dept_create", has.Keys.Except(had.Keys));
        Departments("org_dept_modify", has.Values.Where(d => had.TryGetValue(d.DeptId, out var was) && was != d).Select(d => d.DeptId));
        Departments("org_dept_remove", had.Keys.Except(has.Keys));

        void Users(string type, IEnumerable<string> ids) => Raise(type, "userId", [.. ids.Select(i => (JsonNode)i)]);
        void Departments(string type, IEnumerable<long> ids) => Raise(type, "deptId", [.. ids.Select(i => (JsonNode)i)]);
        void Raise(string type, string field, JsonArray ids)
        {
            if (ids.Count > 0)
            {
                Add(new(type, new() { ["timeStamp"] = now, [field] = ids }, now));
            }
        }
    }

    private static bool Same(Member one, Member other) =>
        one.Name == other.Name && one.JobNumber == other.JobNumber && one.Title == other.Title && one.Active == other.Active
        && one.DeptIdList.Order().SequenceEqual(other.DeptIdList.Order());
}
