using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Devices.Standins.DingTalk.Events;

namespace Devices.Standins.DingTalk;

/// <summary>
/// <c>/_standin/*</c>: what the stand-in was asked, and how to change what it plays. Not part of the platform, and
/// answered to this machine only.
/// </summary>
internal sealed class ControlApi(Cloud cloud, RobotApi robot, NoticeApi notices, StreamGateway gateway)
{
    public void Map(WebApplication app)
    {
        var group = app.MapGroup("/_standin").AddEndpointFilter(GuardAsync);
        group.MapGet("/records", Records);
        group.MapGet("/calls", Calls);
        group.MapGet("/robot", () => Locked(robot.Describe));
        group.MapGet("/notices", () => Locked(notices.Describe));
        var events = new EventControl(cloud, gateway);
        group.MapGet("/events", () => Locked(events.Describe));
        group.MapPost("/events", (HttpRequest r, CancellationToken t) => WithBodyAsync(r, events.Raise, t));
        group.MapPost("/stream", async (string @do) =>
        {
            await gateway.DoAsync(@do);
            return Locked(events.Describe);
        });
        group.MapGet("/people", () => Locked(() => Json.Write(cloud.People.ToDocument())));
        group.MapPost("/people", (HttpContext c, bool? merge) => WithBodyAsync(c.Request, body => SetPeople(body, merge == true), c.RequestAborted));
        group.MapGet("/settings", () => Locked(() => Secretless(cloud.Settings)));
        group.MapPost("/settings", (HttpRequest r, CancellationToken t) => WithBodyAsync(r, ChangeSettings, t));
        group.MapGet("/faults", () => Locked(Faults));
        group.MapPost("/faults", (HttpRequest r, CancellationToken t) => WithBodyAsync(r, AddFault, t));
        group.MapDelete("/faults", () => Locked(() =>
        {
            cloud.Faults.Clear();
            return Faults();
        }));
        group.MapDelete("/faults/{id:int}", RemoveFault);
        group.MapPost("/reset", () =>
        {
            cloud.Reset();
            return Send(new JsonObject { ["reset"] = true });
        });
    }

    /// <summary>Every fault with what is left of it.</summary>
    public static JsonObject Describe(Fault fault)
    {
        var described = Json.Write(fault.Request).AsObject();
        described.Insert(0, "id", fault.Id);
        described["fired"] = fault.Fired;
        described["active"] = fault.Left != 0;
        if (fault.Left is { } left)
        {
            described["left"] = left;
        }

        return described;
    }

    private static async ValueTask<object?> GuardAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        if (invocation.HttpContext.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address))
        {
            return Send(new JsonObject { ["error"] = "The stand-in's controls answer only to the machine it runs on." }, 403);
        }

        try
        {
            return await next(invocation);
        }
        catch (BadInputException exception)
        {
            return Send(new JsonObject { ["error"] = exception.Message }, 400);
        }
    }

    private IResult Records() => Locked(() => new JsonObject
    {
        ["count"] = cloud.Punches.Punches.Count,
        ["records"] = new JsonArray([.. cloud.Punches.Punches.Select(p => Json.Write(p))]),
        ["uploads"] = new JsonArray([.. cloud.Punches.Attempts.Select(a => Json.Write(a))]),
    });

    private IResult Calls() => Locked(() => new JsonObject
    {
        ["month"] = cloud.Month,
        ["metered"] = cloud.Calls.Used(cloud.Month),
        ["limit"] = cloud.Settings.MonthlyCalls,
        ["apis"] = new JsonArray([.. cloud.Calls.Counts.Select(c => Json.Write(c))]),
    });

    private JsonObject SetPeople(JsonObject body, bool merge)
    {
        var document = Json.Read<OrganisationDocument>(body, "the people");
        var before = cloud.People;
        cloud.People = merge ? before.Merge(document) : new Organisation(document);
        if (cloud.Settings.PeopleEvents)
        {
            cloud.Events.Compare(before, cloud.People, cloud.Now.ToUnixTimeMilliseconds());
        }

        var now = cloud.People.ToDocument();
        return new JsonObject { ["departments"] = now.Departments.Count, ["users"] = now.Users.Count };
    }

    private JsonObject ChangeSettings(JsonObject body)
    {
        cloud.Settings = cloud.Settings.With(body);
        return Secretless(cloud.Settings);
    }

    private JsonObject AddFault(JsonObject body) => Describe(cloud.Faults.Add(Json.Read<FaultRequest>(body, "the fault")));

    private IResult RemoveFault(int id) => Locked(
        () => cloud.Faults.Remove(id)
            ? Faults()
            : throw new BadInputException($"There is no fault {id}; GET /_standin/faults lists them."));

    private JsonObject Faults() => new() { ["faults"] = new JsonArray([.. cloud.Faults.All.Select(f => (JsonNode)Describe(f))]) };

    private static JsonObject Secretless(StandinSettings settings)
    {
        var shown = Json.Write(settings).AsObject();
        shown.Remove("app_secret");
        shown.Remove("robot_secret");
        shown.Remove("callback_aes_key");
        return shown;
    }

    private async Task<IResult> WithBodyAsync(HttpRequest request, Func<JsonObject, JsonNode> act, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body);
        var body = Json.ParseObject(await reader.ReadToEndAsync(cancellationToken), "the body");
        return Locked(() => act(body));
    }

    private IResult Locked(Func<JsonNode> read)
    {
        lock (cloud.Gate)
        {
            return Send(read());
        }
    }

    private static IResult Send(JsonNode node, int status = 200) =>
        Results.Text(node.ToJsonString(Json.Options), "application/json", Encoding.UTF8, status);
}
