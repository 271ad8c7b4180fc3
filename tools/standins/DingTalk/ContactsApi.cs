using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>Departments and members (topapi/v2/department/*, topapi/v2/user/*, topapi/user/listid): unmetered. Call under the cloud's lock.</summary>
internal sealed class ContactsApi(Cloud cloud)
{
    private const int LargestPage = 100;

    /// <summary>topapi/v2/department/listsub: one level; the root when dept_id is left out.</summary>
    public Reply Departments(CallFields fields, IReadOnlyList<FaultRequest> faults)
    {
        if (faults.Any(f => f.Kind == FaultKind.NoResult))
        {
            return OldAnswers.Ok([]);
        }

        if (fields.Text("dept_id") is not null && fields.Number("dept_id") is null)
        {
            return Bad("dept_id must be a number");
        }

        return InDepartment(fields.Number("dept_id") ?? Organisation.Root, id => new JsonArray([.. cloud.People.Children(id).Select(d => (JsonNode)new JsonObject
        {
            ["dept_id"] = d.DeptId,
            ["name"] = d.Name,
            ["parent_id"] = d.ParentId,
            ["create_dept_group"] = false,
            ["auto_add_user"] = false,
        })]));
    }

    /// <summary>topapi/v2/department/get.</summary>
    public Reply Department(CallFields fields) => fields.Number("dept_id") is { } dept
        ? InDepartment(dept, id => cloud.People.ToDocument().Departments.Where(d => d.DeptId == id).Select(d => new JsonObject
        {
            ["dept_id"] = d.DeptId,
            ["name"] = d.Name,
            ["parent_id"] = d.ParentId,
        }).First())
        : Bad("dept_id is required");

    /// <summary>topapi/v2/department/listsubid.</summary>
    public Reply DepartmentIds(CallFields fields) => fields.Number("dept_id") is { } dept
        ? InDepartment(dept, id => new JsonObject { ["dept_id_list"] = new JsonArray([.. cloud.People.Children(id).Select(d => (JsonNode)d.DeptId)]) })
        : Bad("dept_id is required");

    /// <summary>topapi/v2/user/list: only the members directly in the department, by cursor and size.</summary>
    public Reply Users(CallFields fields, IReadOnlyList<FaultRequest> faults)
    {
        bool Has(FaultKind kind) => faults.Any(f => f.Kind == kind);
        if (Has(FaultKind.NoResult))
        {
            return OldAnswers.Ok([]);
        }

        if (fields.Number("dept_id") is not { } dept || fields.Number("cursor") is not >= 0 || fields.Number("size") is not { } size)
        {
            return Bad("dept_id, cursor and size are required");
        }

        if (size is < 1 or > LargestPage)
        {
            return Bad($"size must be from 1 to {LargestPage}");
        }

        var cursor = fields.Number("cursor")!.Value;
        return InDepartment(dept, id =>
        {
            var all = cloud.People.MembersOf(id);
            var page = cursor >= all.Count ? [] : all.Skip((int)cursor).Take((int)size).ToList();
            var more = cursor + page.Count < all.Count && !Has(FaultKind.TruncatedList);
            var result = new JsonObject { ["has_more"] = more, ["list"] = new JsonArray([.. page.Select(m => (JsonNode)Describe(m))]) };
            if (more)
            {
                result["next_cursor"] = Has(FaultKind.StuckCursor) ? cursor : cursor + page.Count;
            }

            return result;
        });
    }

    /// <summary>topapi/user/listid: no paging.</summary>
    public Reply UserIds(CallFields fields) => fields.Number("dept_id") is { } dept
        ? InDepartment(dept, id => new JsonObject { ["userid_list"] = new JsonArray([.. cloud.People.MembersOf(id).Select(m => (JsonNode)m.Userid)]) })
        : Bad("dept_id is required");

    /// <summary>topapi/v2/user/get.</summary>
    public Reply User(CallFields fields)
    {
        if (fields.Text("userid") is not { } userid)
        {
            return Bad("userid is required");
        }

        return cloud.People.Find(userid) is { } member
            ? OldAnswers.Result(Describe(member))
            : OldAnswers.Error(60121, "找不到该用户");
    }

    private static JsonObject Describe(Member member) => new()
    {
        ["userid"] = member.Userid,
        ["unionid"] = $"union-{member.Userid}",
        ["name"] = member.Name,
        ["job_number"] = member.JobNumber,
        ["title"] = member.Title,
        ["active"] = member.Active,
        ["dept_id_list"] = new JsonArray([.. member.DeptIdList.Select(d => (JsonNode)d)]),
    };

    private Reply InDepartment(long id, Func<long, JsonNode> answer) => cloud.People.HasDepartment(id)
        ? OldAnswers.Result(answer(id))
        : OldAnswers.Error(60003, "部门不存在");

    private Reply Bad(string what) => OldAnswers.BadParameter(cloud.Settings, "参数错误: " + what);
}
