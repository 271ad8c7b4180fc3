using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Devices.Standins.Frappe;

/// <summary><c>/api/resource/{doctype}</c>: listing with fields, filters and limit, and making a document (docs.frappe.io, REST API).</summary>
internal sealed class ResourceApi(FrappeSite site)
{
    private const string Log = "Employee Checkin";

    public async Task RunAsync(HttpContext context, string doctype, string? name = null)
    {
        HttpRequest request = context.Request;
        FrappeFault? fault = site.Take(request.Method, doctype);
        try
        {
            if (await BeforeAsync(context, fault)) return;
            Authorise(request);
            if (doctype is not ("Employee" or Log) || (doctype == Log && !site.Settings.HrInstalled))
                throw new FrappeException(404, "DoesNotExistError", $"DocType {doctype} not found");
            JsonNode data = name is not null && doctype == Log && HttpMethods.IsPut(request.Method) ? await ChangeAsync(request, name) : HttpMethods.IsGet(request.Method) ? List(doctype, request.Query)
                : HttpMethods.IsPost(request.Method) && doctype == Log ? await MakeAsync(request, fault)
                : throw new FrappeException(403, "PermissionError", $"No permission for {doctype}");
            if (await AfterAsync(context, fault)) return;
            await SendAsync(context, 200, new JsonObject { ["data"] = data });
        }
        catch (FrappeException error)
        {
            await SendAsync(context, error.Status, error.ToJson());
        }
    }

    private void Authorise(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        if (header.Length == 0) throw new FrappeException(403, "PermissionError", "User Guest does not have doctype access via role permission for document Employee Checkin");
        if (header != $"token {site.Settings.Token}") throw new FrappeException(401, "AuthenticationError", "Authentication failed");
    }

    private async Task<JsonNode> MakeAsync(HttpRequest request, FrappeFault? fault)
    {
        JsonNode? body = await JsonNode.ParseAsync(request.Body);
        string? Field(string name) => body?[name]?.GetValue<string>();
        Checkin log = site.Validate(Field("employee"), Field("time"), Field("device_id"), Field("log_type"));
        if (fault is { Kind: FrappeFaultKind.SlowTransaction }) await Task.Delay(fault.Value);
        if (fault is { Kind: FrappeFaultKind.Deadlock }) throw new FrappeException(508, "QueryDeadlockError", "(1213, 'Deadlock found when trying to get lock; try restarting transaction')");
        site.Commit(log);
        JsonObject made = Row(log);
        made["doctype"] = Log;
        return made;
    }

    private async Task<JsonNode> ChangeAsync(HttpRequest request, string name)
    {
        JsonNode? body = await JsonNode.ParseAsync(request.Body);
        return Row(site.Skip(name, body?["skip_auto_attendance"]?.ToString() is "1"));
    }

    private JsonArray List(string doctype, IQueryCollection query)
    {
        string[] fields = query["fields"].ToString() is { Length: > 0 } text ? JsonSerializer.Deserialize<string[]>(text)! : ["name"];
        int limit = int.TryParse(query["limit_page_length"], NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : 20;
        IEnumerable<JsonObject> rows = doctype == Log ? site.Checkins.Select(Row) : site.Employees.Select(Row);
        foreach (var (field, op, value) in Filters(query["filters"].ToString())) rows = rows.Where(r => Holds(Known(r, field), op, value));
        return new JsonArray([.. rows.Take(limit).Select(r => (JsonNode)new JsonObject(fields.Select(f => KeyValuePair.Create(f, Known(r, f)?.DeepClone()))))]);
    }

    private static JsonNode? Known(JsonObject row, string field) =>
        row.TryGetPropertyValue(field, out JsonNode? value) ? value : throw new FrappeException(417, "DataError", $"Field not permitted in query: {field}");

    // [[field, op, value]] or [[doctype, field, op, value]].
    private static IEnumerable<(string Field, string Op, string Value)> Filters(string text) =>
        text.Length == 0 ? [] : JsonNode.Parse(text)!.AsArray().Select(f => f!.AsArray()).Select(f => f.Count == 4
            ? (f[1]!.GetValue<string>(), f[2]!.GetValue<string>(), f[3]!.GetValue<string>())
            : (f[0]!.GetValue<string>(), f[1]!.GetValue<string>(), f[2]!.GetValue<string>()));

    private static bool Holds(JsonNode? field, string op, string value)
    {
        if (field is null) return false;
        string own = field.GetValue<string>();
        return op switch
        {
            "=" => FrappeSite.Same(own, value),
            ">=" => string.CompareOrdinal(own, value) >= 0,
            ">" => string.CompareOrdinal(own, value) > 0,
            "<=" => string.CompareOrdinal(own, value) <= 0,
            "<" => string.CompareOrdinal(own, value) < 0,
            _ => throw new FrappeException(417, "ValidationError", $"Operator must be one of =, >, <, >=, <=: {op}"),
        };
    }

    private static JsonObject Row(Checkin log) => new()
    {
        ["name"] = log.Name,
        ["employee"] = log.Employee,
        ["time"] = log.Time.ToString(log.Time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        ["device_id"] = log.DeviceId,
        ["log_type"] = log.LogType,
        ["attendance"] = log.Attendance,
        ["skip_auto_attendance"] = log.SkipAutoAttendance ? 1 : 0,
    };

    private static JsonObject Row(Employee employee) => new()
    {
        ["name"] = employee.Name,
        ["employee_name"] = employee.EmployeeName,
        ["attendance_device_id"] = employee.AttendanceDeviceId,
        ["employee_number"] = employee.EmployeeNumber,
        ["status"] = employee.Status,
    };

    private static async Task<bool> BeforeAsync(HttpContext context, FrappeFault? fault)
    {
        switch (fault?.Kind)
        {
            case FrappeFaultKind.CloseBefore:
                context.Abort();
                return true;
            case FrappeFaultKind.StatusBefore:
                await PageAsync(context, fault.Value);
                return true;
            case FrappeFaultKind.RateLimit:
                context.Response.Headers.RetryAfter = fault.Value.ToString(CultureInfo.InvariantCulture);
                throw new FrappeException(429, "TooManyRequestsError", "Too Many Requests");
            default:
                return false;
        }
    }

    private static async Task<bool> AfterAsync(HttpContext context, FrappeFault? fault)
    {
        switch (fault?.Kind)
        {
            case FrappeFaultKind.CloseAfter:
                context.Abort();
                return true;
            case FrappeFaultKind.StallAfter:
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync("{\"data\":{");
                await context.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return true;
            case FrappeFaultKind.StatusAfter:
                await PageAsync(context, fault.Value);
                return true;
            default:
                return false;
        }
    }

    private static Task PageAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync($"<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center><hr>nginx</body></html>");
    }

    private static Task SendAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }
}
