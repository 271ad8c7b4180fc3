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
        _app.MapGet("/people", () => Results.Content(People, "application/json"));
        _app.MapGet("/people/lookalikes", () => Results.Content(LookAlikes, "application/json"));
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

    public string People { get; set; } = "[]";

    public string LookAlikes { get; set; } = "{}";

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
