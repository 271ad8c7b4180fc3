using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Devices.Edge.Agent.Tests.Support;

/// <summary>An IP camera: plays one picture or several in turn, which the test may change, as multipart/x-mixed-replace on a free port.</summary>
internal sealed class MjpegCamera : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();
    private volatile byte[]?[] _pictures;

    private MjpegCamera(WebApplication app, byte[]? picture)
    {
        _app = app;
        _pictures = [picture];
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>What stands before the camera; null sends nothing.</summary>
    public byte[]? Picture
    {
        get => _pictures[0];
        set => _pictures = [value];
    }

    /// <summary>Moments of one living person, played in turn: a single picture is what the agent's motion cue refuses.</summary>
    public void Play(params byte[][] moments) => _pictures = moments;

    public static async Task<MjpegCamera> StartAsync(byte[]? picture)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        MjpegCamera camera = new(app, picture);
        app.MapGet("/stream", camera.StreamAsync);
        app.MapGet("/still", () => Results.Bytes(camera.Picture!, "image/jpeg"));
        app.MapGet("/locked", () => Results.Unauthorized());
        await app.StartAsync();
        return camera;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private async Task StreamAsync(HttpContext context)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stop.Token);
        context.Response.ContentType = "multipart/x-mixed-replace; boundary=frame";
        try
        {
            for (int turn = 0; !end.IsCancellationRequested; turn++)
            {
                byte[]?[] pictures = _pictures;
                if (pictures[turn % pictures.Length] is { } now)
                {
                    await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {now.Length}\r\n\r\n")), end.Token);
                    await context.Response.Body.WriteAsync(now, end.Token);
                    await context.Response.Body.WriteAsync("\r\n"u8.ToArray(), end.Token);
                    await context.Response.Body.FlushAsync(end.Token);
                }

                await Task.Delay(80, end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Over.
        }
    }
}
