using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Devices.Cli.Tests.Support;

/// <summary>The agent's admin API on a Unix socket, answering what a test wants.</summary>
public sealed class FakeAgent : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeAgent(string socket)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(socket));
        _app = builder.Build();
        _app.MapGet("/status", () => Results.Content(Status, "application/json"));
        _app.MapPost("/uplink/check", () => Results.Content(Uplink, "application/json"));
        _app.MapGet("/events", () => Results.Content(Events, "application/x-ndjson"));
        _app.MapGet("/people", () => Results.Content(People, "application/json"));
        _app.MapGet("/people/lookalikes", () => Results.Content(LookAlikes, "application/json"));
        _app.MapPut("/people/{id}/pin", async (string id, HttpRequest request) =>
        {
            if (!People.Contains($"\"{id}\"", StringComparison.Ordinal)) return Results.Json(new { reason = $"Nobody has the id '{id}' here." }, statusCode: 404);
            IFormCollection form = await request.ReadFormAsync();
            if (form["pin"] == "1234") return Results.Json(new { reason = "That PIN is among the first that somebody would try; choose another." }, statusCode: 400);
            Pins[id] = (form["number"].ToString(), form["pin"].ToString());
            return Results.NoContent();
        });
        _app.MapDelete("/people/{id}/pin", (string id) => Pins.Remove(id) ? Results.NoContent() : Results.Json(new { reason = $"'{id}' has no PIN here." }, statusCode: 404));
        _app.MapDelete("/people/{id}", (string id) => People.Contains($"\"{id}\"", StringComparison.Ordinal) ? Results.NoContent() : Results.NotFound());
        _app.MapPost("/people", async (HttpRequest request) =>
        {
            IFormCollection form = await request.ReadFormAsync();
            Asked.Add(new Posted(form["id"].ToString(), form["name"].ToString(), form.TryGetValue("card", out var card) ? card.ToString() : null, [.. form.Files.Where(f => f.Name == "picture").Select(f => (f.FileName, f.Length))])
            {
                Fields = form.ToDictionary(f => f.Key, f => f.Value.ToString()),
            });
            return Enrol(Asked[^1]);
        });
    }

    public string Status { get; set; } = "{}";

    public string Uplink { get; set; } = """{ "linked": true, "round_trip_ms": 12.5, "foreign_refused": true }""";

    public string Events { get; set; } = "";

    public string People { get; set; } = "[]";

    public string LookAlikes { get; set; } = "{}";

    public Dictionary<string, (string Number, string Pin)> Pins { get; } = [];

    public List<Posted> Asked { get; } = [];

    public Func<Posted, IResult> Enrol { get; set; } = Accept;

    public static async Task<FakeAgent> StartAsync(string socket)
    {
        var agent = new FakeAgent(socket);
        await agent._app.StartAsync();
        return agent;
    }

    public static IResult Accept(Posted person) => Results.Json(new
    {
        enrolled = true, id = person.Id, name = person.Name, templates = person.Pictures.Count,
        pictures = person.Pictures.Select(p => new { picture = p.Name, accepted = true, reason = (string?)null }), reason = (string?)null,
    });

    public static IResult Refuse(Posted person, int status, string reason, string pictureReason) => Results.Json(new
    {
        enrolled = false, id = person.Id, name = person.Name, templates = 0,
        pictures = person.Pictures.Select(p => new { picture = p.Name, accepted = false, reason = pictureReason }), reason,
    }, JsonSerializerOptions.Web, statusCode: status);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>What was posted to <c>/people</c>.</summary>
public sealed record Posted(string Id, string Name, string? Card, IReadOnlyList<(string Name, long Length)> Pictures)
{
    public Dictionary<string, string> Fields { get; init; } = [];
}
