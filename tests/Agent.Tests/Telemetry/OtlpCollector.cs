using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Devices.Edge.Agent.Tests.Telemetry;

/// <summary>Takes OTLP over HTTP and keeps what came.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    public ConcurrentQueue<byte[]> Bodies { get; } = new();

    public string Address => _app.Urls.Single();

    public static async Task<OtlpCollector> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        OtlpCollector collector = new(builder.Build());
        collector._app.MapPost("/v1/metrics", async (HttpRequest request) =>
        {
            using MemoryStream body = new();
            await request.Body.CopyToAsync(body);
            collector.Bodies.Enqueue(body.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
        await collector._app.StartAsync();
        return collector;
    }

    public bool Holds(string text)
    {
        byte[] part = System.Text.Encoding.UTF8.GetBytes(text);
        return Bodies.Any(body => body.AsSpan().IndexOf(part) >= 0);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
