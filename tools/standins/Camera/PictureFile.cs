using SkiaSharp;

namespace Devices.Standins.Camera;

/// <summary>Reads a picture from disk, upright, ready to be drawn.</summary>
internal static class PictureFile
{
    private const long LargestFile = 40L * 1024 * 1024;
    private const int LargestSide = 12_000;

    /// <exception cref="BadInputException">Missing, too large, or not a picture; the message names the file.</exception>
    public static SKImage Load(string path)
    {
        byte[] bytes;
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                throw new BadInputException($"There is no picture {path}.");
            }

            if (file.Length > LargestFile)
            {
                throw new BadInputException($"The picture {path} is larger than {LargestFile >> 20} MB.");
            }

            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"Cannot read the picture {path}: {exception.Message}", exception);
        }

        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data);
        if (codec is null || codec.Info.Width > LargestSide || codec.Info.Height > LargestSide)
        {
            throw new BadInputException(codec is null
                ? $"Cannot decode {path}: it is not a picture this program knows (JPEG, PNG, WebP, BMP, GIF)."
                : $"The picture {path} is larger than {LargestSide} pixels on a side.");
        }

        using var bitmap = new SKBitmap(new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        if (codec.GetPixels(bitmap.Info, bitmap.GetPixels()) != SKCodecResult.Success)
        {
            throw new BadInputException($"Cannot decode {path}: the picture is damaged or cut short.");
        }

        return Upright(bitmap, codec.EncodedOrigin);
    }

    /// <summary>Applies the EXIF orientation: phones store portraits lying down.</summary>
    private static SKImage Upright(SKBitmap bitmap, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft)
        {
            return SKImage.FromBitmap(bitmap);
        }

        var sideways = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        float w = bitmap.Width, h = bitmap.Height;
        using var surface = SKSurface.Create(new SKImageInfo((int)(sideways ? h : w), (int)(sideways ? w : h), SKColorType.Rgba8888, SKAlphaType.Premul));
        var matrix = origin switch
        {
            SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, w, 0, 1, 0, 0, 0, 1),
            SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, w, 0, -1, h, 0, 0, 1),
            SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, h, 0, 0, 1),
            SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightTop => new SKMatrix(0, -1, h, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, h, -1, 0, w, 0, 0, 1),
            SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, w, 0, 0, 1),
            _ => SKMatrix.Identity,
        };
        surface.Canvas.SetMatrix(matrix);
        using var lying = SKImage.FromBitmap(bitmap);
        surface.Canvas.DrawImage(lying, 0, 0, SKSamplingOptions.Default);
        return surface.Snapshot();
    }
}
