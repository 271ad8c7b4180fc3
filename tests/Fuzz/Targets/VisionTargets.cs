using System.Numerics.Tensors;
using System.Text.Json;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Runtime;
using Devices.Fuzz.Engine;
using SkiaSharp;

namespace Devices.Fuzz.Targets;

/// <summary>Pictures, raw frames, templates, manifests and model files.</summary>
internal static class VisionTargets
{
    private const string Frames = "edge-agent/Vision/Frames/";

    public static IEnumerable<FuzzTarget> All =>
    [
        new("vision/jpeg", Shape.Bytes, Pictures, Jpeg)
        {
            Files = [$"{Frames}JpegDecoder.cs", $"{Frames}JpegStructure.cs", $"{Frames}Jpeg/BaselineJpeg.cs", $"{Frames}Jpeg/JpegHeader.cs", $"{Frames}Jpeg/HuffmanTable.cs", $"{Frames}Jpeg/CodedBits.cs", $"{Frames}Jpeg/StandardTables.cs", $"{Frames}RawJpeg.cs"],
            Runs = 2_500, MostMemory = 600L << 20, Longest = TimeSpan.FromSeconds(20),
        },
        new("vision/yuv", Shape.Bytes, Samples.Of([[16, 8, 16, 0, .. new byte[16 * 8 * 2]], [16, 8, 16, 1, .. new byte[16 * 8 * 3 / 2]]]), Yuv) { Files = [$"{Frames}YuvConverter.cs", $"{Frames}RawYuv.cs"], Runs = 2_000 },
        new("vision/template", Shape.Bytes, () => [Template()], bytes => FaceTemplateCodec.TryDecode(bytes, out FaceTemplate? template) ? ContractTargets.Expect(FaceTemplateCodec.Encode(template).AsSpan().SequenceEqual(bytes), $"taken {template.Vector.Length}", "a template that reads back as another") : "refused") { Files = ["edge-agent/Vision/Match/FaceTemplateCodec.cs"], Runs = 3_000 },
        new("vision/manifest", Shape.Json, () => [Samples.File("models/default/manifest.json")], Manifest) { Files = ["edge-agent/Vision/Packs/PackVerifier.cs", "edge-agent/Vision/Packs/ManifestRules.cs"], Runs = 400, Words = ["../x", "/etc/passwd", "npm", "sha256", "RGB", "BGR"] },
        new("vision/onnx", Shape.Bytes, () => [Model()], bytes => { byte[] made = ModelRewriter.Rewrite([.. bytes]); return ReferenceEquals(made, bytes) ? "left" : $"written {made.Length == bytes.Length}"; }) { Files = ["edge-agent/Vision/Runtime/OnnxWire.cs", "edge-agent/Vision/Runtime/OnnxGraph.cs"], Runs = 3_000 },
    ];

    private static string Jpeg(byte[] bytes)
    {
        string answer = "";
        using (RgbFrame? frame = Decoded(JpegDecoder.Decode(bytes), ref answer))
            if (frame is not null) _ = frame.Pixels[^1];
        using (RgbFrame? small = Decoded(JpegDecoder.DecodeForSearch(bytes, 40, 30), ref answer))
            if (small is not null) _ = small.Pixels[^1];
        using (Decoded(JpegDecoder.Thumbnail(bytes), ref answer))
        {
        }

        return answer;
    }

    private static RgbFrame? Decoded(FrameDecode decode, ref string answer)
    {
        if (!decode.IsDecoded)
        {
            answer += decode.Fault.Code + decode.Fault.Message;
            return null;
        }

        if (decode.Frame.Width is < 1 or > RgbFrame.MaximumSide || decode.Frame.Height is < 1 or > RgbFrame.MaximumSide) throw new FindingException($"a frame of {decode.Frame.Width}×{decode.Frame.Height}");
        answer += $"{decode.Frame.Width > 64}";
        return decode.Frame;
    }

    // Width, height, stride and format as the driver says them, then what lies in its buffer.
    private static string Yuv(byte[] bytes)
    {
        if (bytes.Length < 4) return "short";
        int width = bytes[0] * (bytes[3] > 100 ? 100 : 1), height = bytes[1], stride = bytes[2] * (bytes[3] > 200 ? 100 : 2);
        using RgbFrame? frame = YuvConverter.Defer(bytes.AsSpan(4), bytes[3] % 2 == 1, width, height, stride, default) is { IsDecoded: true } made ? made.Frame : null;
        if (frame is null) return "refused";
        _ = frame.Pixels[^1];
        return $"taken {bytes[3] % 2}";
    }

    private static string Manifest(byte[] bytes)
    {
        string folder = Path.GetDirectoryName(Samples.Put(PackVerifier.ManifestName, bytes))!;
        PackVerification read = PackVerifier.Verify(folder);
        return read.IsSound ? "sound" : ContractTargets.Expect(read.Fault.Message.Length > 0, read.Fault.Code + read.Fault.Message, "no sentence");
    }

    private static byte[] Template()
    {
        float[] vector = [.. Enumerable.Range(1, 64).Select(i => MathF.Sin(i))];
        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return FaceTemplateCodec.Encode(new(Guid.NewGuid(), "u1", PackRef.TryParse("faceplugin-rfb-512@1.2.0", out PackRef pack) ? pack : throw new InvalidOperationException(), vector));
    }

    // A convolution with a slope behind it, as the rewriter looks for.
    private static byte[] Model()
    {
        byte[] weights = OnnxWire.Bytes(5, [.. OnnxWire.Value(1, 3), .. OnnxWire.Value(1, 1), .. OnnxWire.Value(1, 1), .. OnnxWire.Value(2, 1), .. OnnxWire.Text(8, "slope"), .. OnnxWire.Bytes(9, new byte[12])]);
        byte[] node = OnnxWire.Bytes(1, [.. OnnxWire.Text(1, "x"), .. OnnxWire.Text(1, "slope"), .. OnnxWire.Text(2, "y"), .. OnnxWire.Text(4, "PRelu")]);
        byte[] graph = OnnxWire.Bytes(7, [.. node, .. weights, .. OnnxWire.Bytes(11, OnnxWire.Text(1, "x")), .. OnnxWire.Bytes(12, OnnxWire.Text(1, "y"))]);
        return [.. OnnxWire.Value(1, 8), .. graph];
    }

    private static IReadOnlyList<byte[]> Pictures()
    {
        using SKBitmap bitmap = new(48, 40);
        for (int y = 0; y < 40; y++)
            for (int x = 0; x < 48; x++) bitmap.SetPixel(x, y, new SKColor((byte)(x * 5), (byte)(y * 6), (byte)((x * y) % 256)));
        using SKImage image = SKImage.FromBitmap(bitmap);
        byte[] jpeg = image.Encode(SKEncodedImageFormat.Jpeg, 80).ToArray();
        // A restart interval and an EXIF block as cameras and phones write them.
        byte[] exif = [0xFF, 0xD8, 0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, .. jpeg[2..]];
        using SKBitmap grey = bitmap.Copy(SKColorType.Gray8);
        byte[] one = grey.Encode(SKEncodedImageFormat.Jpeg, 60).ToArray();
        return [jpeg, exif, one, [.. jpeg, 0, 0, 0, 0]];
    }
}
