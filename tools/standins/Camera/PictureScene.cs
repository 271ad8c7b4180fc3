using SkiaSharp;

namespace Devices.Standins.Camera;

/// <summary>People before the camera: each picture fills the height of its tile and moves by itself. No pictures is the empty room.</summary>
internal sealed class PictureScene : Scene
{
    // How far a picture's border pixels are drawn out beyond it, and how much of that fades into the room. Without it
    // the photograph's edge moves through the frame, which no person in a room shows. (Mirroring instead was tried:
    // it makes new faces out of half ones at the border.)
    private const float Margin = 0.18f;
    private const float Fade = 0.12f;

    // Where the photographs fill the frame, each is a little larger than its tile, so that its sway shows no edge.
    private const float Overlap = 1.08f;

    private readonly IReadOnlyList<SKImage> _pictures;
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
        var width = fit == PictureFit.Frame ? Math.Max(16, (int)_tiles.Sum()) : camera.Width;
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
            DrawPerson(canvas, _pictures[i], _motions[i].At(seconds), left, _tiles[i]);
            left += _tiles[i];
        }

        canvas.Flush();

        // A photograph that fills the frame brings its own sensor's noise; a second layer is what a photograph of a print has.
        if (_fit != PictureFit.Frame)
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
            foreach (var picture in _pictures)
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

    /// <summary>
    /// Draws the picture on a grid of triangles whose corners waver a little, each part its own way: what stands in for
    /// a living face's small movements (turning, talking, breathing), which no flat picture makes. It is smooth and some
    /// hundredths of the eyes' distance in size.
    /// </summary>
    private static void DrawAlive(SKCanvas canvas, SKRect area, float height, Waver alive, SKPaint paint)
    {
        const int Columns = 40, Rows = 30;
        var at = new SKPoint[(Columns + 1) * (Rows + 1)];
        var from = new SKPoint[at.Length];
        var corners = new ushort[Columns * Rows * 6];
        for (int row = 0, i = 0; row <= Rows; row++)
        {
            for (var column = 0; column <= Columns; column++, i++)
            {
                from[i] = new SKPoint(area.Left + (area.Width * column / Columns), area.Top + (area.Height * row / Rows));
                var (dx, dy) = alive.At(from[i].X / height, from[i].Y / height);
                at[i] = new SKPoint(from[i].X + (dx * height), from[i].Y + (dy * height));
            }
        }

        for (int row = 0, i = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column++)
            {
                var p = (row * (Columns + 1)) + column;
                foreach (var corner in (ReadOnlySpan<int>)[p, p + 1, p + Columns + 1, p + 1, p + Columns + 2, p + Columns + 1])
                {
                    corners[i++] = (ushort)corner;
                }
            }
        }

        using var grid = SKVertices.CreateCopy(SKVertexMode.Triangles, at, from, null, corners);
        canvas.DrawVertices(grid, SKBlendMode.SrcOver, paint);
    }

    private void DrawPerson(SKCanvas canvas, SKImage picture, Pose pose, float left, float tile)
    {
        float h = _camera.Height, fitted = h / picture.Height * (_fit == PictureFit.Frame ? Overlap : 1);
        if (_fit == PictureFit.Whole)
        {
            fitted = Math.Min(fitted, tile / picture.Width);
        }

        var zoom = fitted * pose.Scale;
        float x = left + (tile * (0.5f + pose.X)), y = h * (0.5f + pose.Y);
        var area = SKRect.Create(-picture.Width / 2f, -picture.Height / 2f, picture.Width, picture.Height);
        var wide = area;
        wide.Inflate(picture.Width * Margin, picture.Height * Margin);

        canvas.Save();
        canvas.ClipRect(SKRect.Create(left, 0, tile, h));
        canvas.Translate(x, y);
        canvas.RotateDegrees(pose.Degrees);
        canvas.Scale(zoom);
        canvas.SaveLayer(wide, null);
        using var extended = picture.ToShader(
            SKShaderTileMode.Clamp, SKShaderTileMode.Clamp, new SKSamplingOptions(SKCubicResampler.Mitchell), SKMatrix.CreateTranslation(area.Left, area.Top));
        using var light = SKColorFilter.CreateColorMatrix(
        [
            pose.Brightness, 0, 0, 0, 0,
            0, pose.Brightness, 0, 0, 0,
            0, 0, pose.Brightness, 0, 0,
            0, 0, 0, 1, 0,
        ]);
        using var paint = new SKPaint { Shader = extended, ColorFilter = light };
        DrawAlive(canvas, wide, picture.Height, pose.Alive, paint);

        if (_fit == PictureFit.Frame)
        {
            canvas.Restore();
            canvas.Restore();
            return;
        }

        // Fade the sides into the room.
        var share = Fade / (1 + (2 * Margin));
        using var sides = SKShader.CreateLinearGradient(
            new SKPoint(wide.Left, 0),
            new SKPoint(wide.Right, 0),
            [SKColors.Transparent, SKColors.White, SKColors.White, SKColors.Transparent],
            [0, share, 1 - share, 1],
            SKShaderTileMode.Clamp);
        using var mask = new SKPaint { Shader = sides, BlendMode = SKBlendMode.DstIn };
        canvas.DrawRect(wide, mask);
        canvas.Restore();
        canvas.Restore();
    }
}
