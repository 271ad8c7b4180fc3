using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Standins.Camera;
using Microsoft.AspNetCore.WebUtilities;
using SkiaSharp;

namespace Devices.Standins.Tests.Camera;

/// <summary>A camera stand-in on a free port, and a client that reads it as an MJPEG viewer does.</summary>
internal sealed class FilmedCamera : IAsyncDisposable
{
    private readonly CameraStandin _camera;

    private FilmedCamera(CameraStandin camera)
    {
        _camera = camera;
        Http = new HttpClient { BaseAddress = camera.Address, Timeout = TimeSpan.FromMinutes(1) };
    }

    public HttpClient Http { get; }

    public TemporaryFolder Folder { get; } = new();

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<FilmedCamera> StartAsync(params string[] args) =>
        new(await CameraStandin.StartAsync(CameraArguments.Parse(["--fps", "30", .. args]), Token));

    /// <summary>Draws a picture of one colour with a dark disc, and gives its file.</summary>
    public string Draw(string name, SKColor color, int width = 250, int height = 250)
    {
        using var bitmap = new SKBitmap(width, height);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(color);
            using var paint = new SKPaint { Color = SKColors.Black };
            canvas.DrawCircle(width / 2f, height / 2f, Math.Min(width, height) / 12f, paint);
        }

        using var data = bitmap.Encode(Path.GetExtension(name) == ".png" ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 95);
        File.WriteAllBytes(Folder.File(name), data.ToArray());
        return Folder.File(name);
    }

    /// <summary>Reads parts of the stream with ASP.NET's own multipart reader, until the caller has enough.</summary>
    public async IAsyncEnumerable<byte[]> FramesAsync()
    {
        using var response = await Http.GetAsync(new Uri("stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Token);
        var type = response.Content.Headers.ContentType!;
        type.MediaType.ShouldBe("multipart/x-mixed-replace");
        await using var body = await response.Content.ReadAsStreamAsync(Token);
        var reader = new MultipartReader(type.Parameters.Single(p => p.Name == "boundary").Value!, body);
        while (await reader.ReadNextSectionAsync(Token) is { } part)
        {
            part.ContentType.ShouldBe("image/jpeg");
            using var bytes = new MemoryStream();
            await part.Body.CopyToAsync(bytes, Token);
            bytes.Length.ShouldBe(long.Parse(part.Headers!["Content-Length"].ToString(), CultureInfo.InvariantCulture));
            yield return bytes.ToArray();
        }
    }

    /// <summary>The first frames that a new viewer gets.</summary>
    public async Task<List<byte[]>> TakeAsync(int count)
    {
        var frames = new List<byte[]>();
        await foreach (var frame in FramesAsync())
        {
            frames.Add(frame);
            if (frames.Count == count)
            {
                break;
            }
        }

        return frames;
    }

    public async Task<JsonObject> PostAsync(string path, object body)
    {
        using var response = await SendAsync(path, body);
        var text = await response.Content.ReadAsStringAsync(Token);
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!.AsObject();
    }

    public Task<HttpResponseMessage> SendAsync(string path, object body) => Http.PostAsync(
        new Uri(path, UriKind.Relative), new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"), Token);

    public async Task<JsonObject> StateAsync() =>
        JsonNode.Parse(await Http.GetStringAsync(new Uri("state", UriKind.Relative), Token))!.AsObject();

    /// <summary>Decodes a frame, or null when it is not a whole JPEG.</summary>
    public static SKBitmap? Decode(byte[] frame)
    {
        using var data = SKData.CreateCopy(frame);
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.EncodedFormat != SKEncodedImageFormat.Jpeg)
        {
            return null;
        }

        var bitmap = new SKBitmap(codec.Info);
        if (codec.GetPixels(bitmap.Info, bitmap.GetPixels()) == SKCodecResult.Success)
        {
            return bitmap;
        }

        bitmap.Dispose();
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _camera.DisposeAsync();
        Folder.Dispose();
    }
}
