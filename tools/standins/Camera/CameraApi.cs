using System.Net;
using System.Text;
using SkiaSharp;

namespace Devices.Standins.Camera;

/// <summary>The camera's HTTP side: the stream that the agent reads, and the controls that a test or a demonstration uses.</summary>
internal sealed class CameraApi(CameraArguments camera, Director director, FrameHub hub, FrameFaults faults, IHostApplicationLifetime lifetime)
{
    private const string Boundary = "frame";
    private const int MostPictures = 8;

    public void Map(WebApplication app)
    {
        app.MapGet("/", () => Results.Text(
            "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Camera stand-in</title><h1>Camera stand-in, not a real camera</h1>"
            + $"<img src=\"/stream\" width=\"{camera.Width}\" height=\"{camera.Height}\" alt=\"What the camera sees now\">",
            "text/html",
            Encoding.UTF8));
        app.MapGet("/stream", (RequestDelegate)StreamAsync);
        app.MapGet("/snapshot.jpg", (RequestDelegate)SnapshotAsync);
        var controls = app.MapGroup(string.Empty).AddEndpointFilter(GuardAsync);
        controls.MapGet("/state", State);
        controls.MapPost("/show", (HttpRequest request, CancellationToken token) => ShowAsync(request, token));
        controls.MapPost("/clear", Clear);
        controls.MapPost("/fault", (HttpRequest request, CancellationToken token) => FaultAsync(request, token));
    }

    private static async ValueTask<object?> GuardAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        if (invocation.HttpContext.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address))
        {
            return Results.Json(new { error = "The controls answer only to the machine the camera stand-in runs on." }, Json.Options, statusCode: 403);
        }

        try
        {
            return await next(invocation);
        }
        catch (BadInputException exception)
        {
            return Results.Json(new { error = exception.Message }, Json.Options, statusCode: 400);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A fault of the stand-in itself: whoever runs a scenario must see which, not an empty answer.
            await Console.Error.WriteLineAsync($"standin-camera: {exception}");
            return Results.Json(new { error = $"The camera stand-in failed: {exception.Message}" }, Json.Options, statusCode: 500);
        }
    }

    /// <summary>multipart/x-mixed-replace, one part a frame, each with its length.</summary>
    private async Task StreamAsync(HttpContext context)
    {
        context.Response.ContentType = $"multipart/x-mixed-replace; boundary={Boundary}";
        context.Response.Headers.CacheControl = "no-store";

        // A stream has no end of its own: without this a stop would wait for every viewer.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await context.Response.StartAsync(over.Token);
            await foreach (var frame in hub.WatchAsync(over.Token))
            {
                var head = $"--{Boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: {frame.Length}\r\n\r\n";
                await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(head), context.RequestAborted);
                await context.Response.Body.WriteAsync(frame, context.RequestAborted);
                await context.Response.Body.WriteAsync("\r\n"u8.ToArray(), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer has gone.
        }
    }

    private async Task SnapshotAsync(HttpContext context)
    {
        try
        {
            await foreach (var frame in hub.WatchAsync(context.RequestAborted))
            {
                context.Response.ContentType = "image/jpeg";
                context.Response.ContentLength = frame.Length;
                await context.Response.Body.WriteAsync(frame, context.RequestAborted);
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer has gone.
        }
    }

    private IResult State()
    {
        var (scene, left, frames) = director.State;
        return Results.Json(
            new
            {
                scene,
                secondsLeft = left is { } seconds ? Math.Round(Math.Max(0, seconds), 2) : (double?)null,
                frames,
                viewers = hub.Viewers,
                width = camera.Width,
                height = camera.Height,
                fps = camera.Fps,
                faults = faults.Waiting,
                framesHit = faults.Hit,
            },
            Json.Options);
    }

    private IResult Clear()
    {
        director.Clear();
        faults.Clear();
        return State();
    }

    private async Task<IResult> FaultAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        faults.Add(await Json.ReadAsync<FrameFaultRequest>(request, cancellationToken));
        return State();
    }

    private async Task<IResult> ShowAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var show = await Json.ReadAsync<ShowRequest>(request, cancellationToken);
        Check(show);
        var scene = await OpenAsync(show, cancellationToken);
        var ending = director.Show(scene, show.Seconds ?? (show.Video is null ? 3 : null));
        if (request.Query["wait"] == "1")
        {
            // A caller that leaves only stops waiting; the show goes on.
            return Results.Json(await ending.WaitAsync(cancellationToken), Json.Options);
        }

        return State();
    }

    private async Task<Scene> OpenAsync(ShowRequest show, CancellationToken cancellationToken)
    {
        if (show.Video is { } video)
        {
            return await VideoScene.OpenAsync(show.Scene ?? Path.GetFileName(video.Path), video, camera, cancellationToken);
        }

        var pictures = new List<SKImage>();
        try
        {
            foreach (var path in show.Pictures)
            {
                pictures.Add(PictureFile.Load(path));
            }
        }
        catch
        {
            pictures.ForEach(p => p.Dispose());
            throw;
        }

        var name = show.Scene ?? string.Join(" + ", show.Pictures.Select(Path.GetFileName));
        return new PictureScene(name, pictures, camera, director.NextSeed(), show.Fit);
    }

    private static void Check(ShowRequest show)
    {
        if (show.Pictures is null || show.Pictures.Any(string.IsNullOrWhiteSpace))
        {
            throw new BadInputException("pictures must be a list of file names.");
        }

        if (show.Pictures.Count > MostPictures)
        {
            throw new BadInputException($"At most {MostPictures} pictures fit side by side.");
        }

        if (show.Video is not null && show.Pictures.Count > 0)
        {
            throw new BadInputException("Give pictures or a video, not both.");
        }

        if (show.Video is null && show.Pictures.Count == 0 && show.Scene != Director.EmptyRoom)
        {
            throw new BadInputException($"Nothing to show: give pictures or a video, or the scene \"{Director.EmptyRoom}\".");
        }

        if (show.Seconds is <= 0 or > 86_400 || show.Video is { Seconds: <= 0 } or { Start: < 0 })
        {
            throw new BadInputException("seconds must be above 0 and at most 86400, and a video's start 0 or more.");
        }

        if (show.Video is { } video && string.IsNullOrWhiteSpace(video.Path))
        {
            throw new BadInputException("The video has no path.");
        }
    }
}
