using SkiaSharp;

namespace Devices.Standins.Camera;

/// <summary>People before the camera: each picture fills the height of its tile and moves by itself. No pictures is the empty room.</summary>
internal sealed class PictureScene : Scene
{
    // A sharp edge or a flat wall beside a photograph is what a print held before the lens looks like, and the default
    // pack's liveness model rightly says so. Behind each picture stands the same picture, filling the tile and out of
    // focus, as a room behind a person is; the picture is a little higher than the tile, so that its sway shows no edge.
    private const float OutOfFocus = 0.06f;
    private const float Overlap = 1.08f;

    private readonly IReadOnlyList<SKImage> _pictures;
    private readonly IReadOnlyList<SKImage> _rooms;
    private readonly Motion[] _motions;
    private readonly SensorNoise _noise;
    private readonly SKSurface _surface;
    private readonly SKBitmap _pixels;
    private readonly float[] _tiles;
    private readonly CameraArguments _camera;
    private readonly PictureFit _fit;

    public PictureScene(string name, IReadOnlyList<SKImage> pictures, CameraArguments camera, int seed, PictureFit fit = PictureFit.Height)
        : base(name)
    {
        _pictures = pictures;
        _camera = camera;
        _fit = fit;
        _motions = [.. pictures.Select((_, i) => new Motion(HashCode(seed, i)))];
        _noise = new SensorNoise(seed);
        _tiles = [.. pictures.Select(p => fit == PictureFit.Frame
            ? MathF.Round((float)p.Width * camera.Height / p.Height)
            : (float)camera.Width / pictures.Count)];
        var width = fit == PictureFit.Frame && pictures.Count > 0 ? Math.Max(16, (int)_tiles.Sum()) : camera.Width;
        _rooms = [.. pictures.Select((p, i) => Room(p, (int)_tiles[i], camera.Height))];
        _pixels = new SKBitmap(new SKImageInfo(width, camera.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        _surface = SKSurface.Create(_pixels.Info, _pixels.GetPixels(), _pixels.RowBytes);
    }

    public override ValueTask<byte[]?> NextFrameAsync(double seconds, CancellationToken cancellationToken)
    {
        var canvas = _surface.Canvas;
        DrawRoom(canvas);
        var left = 0f;
        for (var i = 0; i < _pictures.Count; i++)
        {
            DrawPerson(canvas, _pictures[i], _rooms[i], _motions[i].At(seconds), left, _tiles[i]);
            left += _tiles[i];
        }

        canvas.Flush();
        // A photograph that fills the frame brings its own sensor's noise; a second layer is what a photograph of a print has.
        if (_fit != PictureFit.Frame || _pictures.Count == 0)
        {
            _noise.AddTo(_pixels.GetPixelSpan());
        }

        using var encoded = _pixels.Encode(SKEncodedImageFormat.Jpeg, _camera.Quality);
        return ValueTask.FromResult<byte[]?>(encoded.ToArray());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _surface.Dispose();
            _pixels.Dispose();
            foreach (var picture in _pictures.Concat(_rooms))
            {
                picture.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    // string.GetHashCode-style mixing must not differ between runs, so System.HashCode is no use here.
    private static int HashCode(int seed, int index) => unchecked((seed * 397) ^ ((index + 1) * 7919));

    /// <summary>A wall in soft light with a darker floor.</summary>
    private void DrawRoom(SKCanvas canvas)
    {
        float w = _camera.Width, h = _camera.Height;
        using var wall = SKShader.CreateRadialGradient(
            new SKPoint(w * 0.4f, h * 0.2f), w, [new SKColor(190, 186, 178), new SKColor(112, 110, 108)], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = wall };
        canvas.DrawRect(0, 0, w, h, paint);
        using var floor = new SKPaint { Color = new SKColor(88, 80, 72) };
        canvas.DrawRect(0, h * 0.86f, w, h, floor);
    }

    /// <summary>The picture over the whole tile, out of focus.</summary>
    private static SKImage Room(SKImage picture, int width, int height)
    {
        var info = new SKImageInfo(Math.Max(1, width), height);
        using var surface = SKSurface.Create(info);
        var scale = Math.Max((float)info.Width / picture.Width, (float)info.Height / picture.Height);
        float w = picture.Width * scale, h = picture.Height * scale;
        using var blur = SKImageFilter.CreateBlur(height * OutOfFocus, height * OutOfFocus, SKShaderTileMode.Clamp);
        using var paint = new SKPaint { ImageFilter = blur };
        surface.Canvas.DrawImage(picture, SKRect.Create((info.Width - w) / 2, (info.Height - h) / 2, w, h), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear), paint);
        return surface.Snapshot();
    }

    private void DrawPerson(SKCanvas canvas, SKImage picture, SKImage room, Pose pose, float left, float tile)
    {
        float h = _camera.Height, fitted = h / picture.Height * Overlap;
        if (_fit == PictureFit.Whole)
        {
            fitted = Math.Min(fitted, tile / picture.Width);
        }

        using var light = SKColorFilter.CreateColorMatrix(
        [
            pose.Brightness, 0, 0, 0, 0,
            0, pose.Brightness, 0, 0, 0,
            0, 0, pose.Brightness, 0, 0,
            0, 0, 0, 1, 0,
        ]);
        using var paint = new SKPaint { ColorFilter = light };
        canvas.Save();
        canvas.ClipRect(SKRect.Create(left, 0, tile, h));
        canvas.DrawImage(room, left, 0, new SKSamplingOptions(SKFilterMode.Linear), paint);
        canvas.Translate(left + (tile * (0.5f + pose.X)), h * (0.5f + pose.Y));
        canvas.RotateDegrees(pose.Degrees);
        canvas.Scale(fitted * pose.Scale);
        canvas.DrawImage(picture, -picture.Width / 2f, -picture.Height / 2f, new SKSamplingOptions(SKCubicResampler.Mitchell), paint);
        canvas.Restore();
    }
}
