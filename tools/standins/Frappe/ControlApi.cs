using System.Text.Json;

namespace Devices.Standins.Frappe;

/// <summary><c>/_standin/*</c> and the page: how people and scripts look into it and change what it plays. Not part of Frappe.</summary>
internal static class ControlApi
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static void Map(WebApplication app, FrappeSite site)
    {
        app.MapGet("/", () => Results.Text("This is standin-frappe: a stand-in of an ERPNext / Frappe HR site for tests, not the real thing. See /_standin/checkins.\n"));
        app.MapGet("/_standin/checkins", () => Results.Json(site.Checkins, Options));
        app.MapGet("/_standin/employees", () => Results.Json(site.Employees, Options));
        app.MapPost("/_standin/employees", (HttpRequest request) => TakeAsync<Employee[]>(request, employees => site.Add(employees)));
        app.MapPost("/_standin/faults", (HttpRequest request) => TakeAsync<FrappeFault>(request, site.Add));
        app.MapPost("/_standin/settings", (HttpRequest request) => TakeAsync<FrappeSettings>(request, settings => site.Settings = settings));
    }

    private static async Task<IResult> TakeAsync<T>(HttpRequest request, Action<T> act)
    {
        try
        {
            act(await JsonSerializer.DeserializeAsync<T>(request.Body, Options) ?? throw new JsonException("The body is empty."));
            return Results.Json(new { ok = true });
        }
        catch (JsonException fault)
        {
            return Results.Json(new { error = fault.Message }, statusCode: 400);
        }
    }
}
