namespace Devices.Standins.DingTalk;

/// <summary>The organisation's departments and members, consistent: every parent and every department of a member exists.</summary>
public sealed class Organisation
{
    /// <summary>The root department's id.</summary>
    public const long Root = 1;

    private readonly Dictionary<long, Department> _departments;
    private readonly Dictionary<string, Member> _members;

    /// <summary>Builds it from a document.</summary>
    /// <exception cref="BadInputException">A duplicate, or a reference to a department that is not there.</exception>
    public Organisation(OrganisationDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        _departments = new() { [Root] = new Department(Root, "Organisation", 0) };
        foreach (var department in document.Departments)
        {
            if (department.DeptId == Root)
            {
                _departments[Root] = department with { ParentId = 0 };
            }
            else if (!_departments.TryAdd(department.DeptId, department))
            {
                throw new BadInputException($"Department {department.DeptId} is listed twice.");
            }
        }

        foreach (var department in _departments.Values.Where(d => d.DeptId != Root && !_departments.ContainsKey(d.ParentId)))
        {
            throw new BadInputException($"Department {department.DeptId} names parent {department.ParentId}, which is not listed.");
        }

        _members = new(StringComparer.Ordinal);
        foreach (var listed in document.Users)
        {
            var member = listed.DeptIdList.Count == 0 ? listed with { DeptIdList = [Root] } : listed;
            if (string.IsNullOrWhiteSpace(member.Userid))
            {
                throw new BadInputException($"The user named '{member.Name}' has no userid.");
            }

            if (!_members.TryAdd(member.Userid, member))
            {
                throw new BadInputException($"User {member.Userid} is listed twice.");
            }

            foreach (var missing in member.DeptIdList.Where(id => !_departments.ContainsKey(id)))
            {
                throw new BadInputException($"User {member.Userid} is in department {missing}, which is not listed.");
            }
        }
    }

    /// <summary>All members in the order of the document.</summary>
    public IEnumerable<Member> Members => _members.Values;

    /// <summary>The member, or null.</summary>
    public Member? Find(string userid) => _members.GetValueOrDefault(userid);

    /// <summary>Whether the department exists.</summary>
    public bool HasDepartment(long id) => _departments.ContainsKey(id);

    /// <summary>Direct children only, as the real call.</summary>
    public IEnumerable<Department> Children(long id) =>
        _departments.Values.Where(d => d.ParentId == id).OrderBy(d => d.DeptId);

    /// <summary>Members directly in the department, ordered by userid so that paging is stable.</summary>
    public IReadOnlyList<Member> MembersOf(long id) =>
        [.. _members.Values.Where(m => m.DeptIdList.Contains(id)).OrderBy(m => m.Userid, StringComparer.Ordinal)];

    /// <summary>The organisation as a document that builds it again.</summary>
    public OrganisationDocument ToDocument() => new() { Departments = [.. _departments.Values], Users = [.. _members.Values] };

    /// <summary>This organisation with the departments and members of a document added or replaced.</summary>
    public Organisation Merge(OrganisationDocument changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var departments = new Dictionary<long, Department>(_departments);
        foreach (var department in changes.Departments)
        {
            departments[department.DeptId] = department;
        }

        var members = new Dictionary<string, Member>(_members, StringComparer.Ordinal);
        foreach (var member in changes.Users)
        {
            members[member.Userid] = member;
        }

        return new(new() { Departments = [.. departments.Values], Users = [.. members.Values] });
    }
}
