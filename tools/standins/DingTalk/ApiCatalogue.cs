using Devices.Standins.DingTalk.Events;

namespace Devices.Standins.DingTalk;

/// <summary>One API of the platform that is played.</summary>
/// <param name="Name">Its path without the leading slash.</param>
/// <param name="Scope">The permission point it needs; null for token calls, which need no token either.</param>
/// <param name="Metered">Whether a call counts to the organisation's month.</param>
/// <param name="OldHost">Whether it lives on oapi (HTTP 200 and errcode) or on api (HTTP status).</param>
/// <param name="Handle">What it does, called under the cloud's lock.</param>
internal sealed record Api(string Name, string? Scope, bool Metered, bool OldHost, Func<CallContext, Reply> Handle);

/// <summary>What a handler may look at.</summary>
internal sealed record CallContext(HttpRequest Request, CallFields Fields, IReadOnlyList<FaultRequest> Faults);

/// <summary>The APIs that are played, by path.</summary>
internal sealed class ApiCatalogue
{
    private readonly Dictionary<string, Api> _old;
    private readonly AuthApi _auth;
    private readonly StreamGateway _gateway;

    public ApiCatalogue(Cloud cloud, StreamGateway gateway)
    {
        _gateway = gateway;
        _auth = new AuthApi(cloud);
        var upload = new UploadApi(cloud);
        var records = new RecordListApi(cloud);
        var schedules = new ScheduleApi(cloud);
        var results = new ResultListApi(cloud);
        var contacts = new ContactsApi(cloud);
        Robot = new RobotApi(cloud);
        Notices = new NoticeApi(cloud);
        const string departmentScope = "qyapi_get_department_list", memberScope = "qyapi_get_department_member", userScope = "qyapi_get_member";
        Api[] apis =
        [
            new("robot/send", null, false, true, c => Robot.Send(c.Request, c.Fields)),
            new("topapi/message/corpconversation/asyncsend_v2", "qyapi_chat_message", false, true, c => Notices.Send(c.Fields)),
            new("topapi/message/corpconversation/getsendresult", "qyapi_chat_message", false, true, c => Notices.Result(c.Fields)),
            new("gettoken", null, false, true, c => _auth.GetToken(c.Request.Query)),
            new("topapi/attendance/record/upload", "Pro.AttendanceRecord.Write", true, true, c => upload.Upload(c.Fields)),
            new("attendance/listRecord", "qyapi_get_attendance_data", true, true, c => records.List(c.Fields)),
            new("topapi/attendance/schedule/listbyusers", "qyapi_get_attendance_data", true, true, c => schedules.List(c.Fields)),
            new("attendance/list", "qyapi_get_attendance_data", true, true, c => results.List(c.Fields)),
            new("topapi/v2/department/listsub", departmentScope, false, true, c => contacts.Departments(c.Fields, c.Faults)),
            new("topapi/v2/department/listsubid", departmentScope, false, true, c => contacts.DepartmentIds(c.Fields)),
            new("topapi/v2/department/get", departmentScope, false, true, c => contacts.Department(c.Fields)),
            new("topapi/v2/user/list", memberScope, false, true, c => contacts.Users(c.Fields, c.Faults)),
            new("topapi/user/listid", memberScope, false, true, c => contacts.UserIds(c.Fields)),
            new("topapi/v2/user/get", userScope, false, true, c => contacts.User(c.Fields)),
        ];
        _old = apis.ToDictionary(a => a.Name, StringComparer.Ordinal);
    }

    /// <summary>The group robot.</summary>
    public RobotApi Robot { get; }

    /// <summary>Work notifications.</summary>
    public NoticeApi Notices { get; }

    /// <summary>The API of a path, or null for a path that is no API at all (the stand-in's own pages).</summary>
    public Api? Find(HttpRequest request)
    {
        var path = request.Path.Value?.TrimStart('/') ?? string.Empty;
        if (_old.TryGetValue(path, out var known))
        {
            return HttpMethods.IsPost(request.Method) || path == "gettoken" ? known : Unknown(path);
        }

        if (path.StartsWith("v1.0/", StringComparison.Ordinal))
        {
            return NewApi(path, HttpMethods.IsPost(request.Method));
        }

        return path.Length == 0 || path.StartsWith("_standin", StringComparison.Ordinal) || path.StartsWith("stream/", StringComparison.Ordinal) || path == "favicon.ico" ? null : Unknown(path);
    }

    private static Api Unknown(string path)
    {
        var topapi = path.StartsWith("topapi/", StringComparison.Ordinal);
        return new(path, null, false, true, _ => topapi
            ? OldAnswers.Error(22, "Invalid method")
            : OldAnswers.Error(404, "请求的URI地址不存在"));
    }

    private Api NewApi(string path, bool post)
    {
        if (post && path == "v1.0/oauth2/accessToken")
        {
            return new(path, null, false, false, c => _auth.AccessToken(c.Fields));
        }

        if (post && path == "v1.0/gateway/connections/open")
        {
            return new(path, null, false, false, _gateway.Open);
        }

        if (post && path.Split('/') is ["v1.0", "oauth2", var corpId, "token"])
        {
            return new("v1.0/oauth2/{corpId}/token", null, false, false, c => _auth.CorpToken(corpId, c.Fields));
        }

        // Token, permission and limits are judged as for a real call; then there is nothing behind it.
        var metered = path.StartsWith("v1.0/attendance/", StringComparison.Ordinal);
        return new(path, "the permission of this API", metered, false, _ => NewAnswers.Error(
            404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method."));
    }
}
