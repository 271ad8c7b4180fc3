using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Devices.Edge.Vision.Tests.Support;

/// <summary>
/// Models written byte by byte (onnx.proto of ONNX 1.8, IR 7, opset 13) that misbehave on real pictures and behave on
/// plain ones, so that a pack with them loads and fails later, as a bad model does in the field.
/// </summary>
internal static class TinyOnnx
{
    private const int Float = 1;
    private const int Int64 = 7;
    private const int Bool = 9;

    /// <summary>Takes 1×3×side×side, gives 1×classes. Where the input's values span more than 100 it loops 2^62 times: for ages.</summary>
    internal static byte[] Hangs(int side, int classes) => Model(side, classes,
    [
        .. Span(),
        Node("Greater", ["span", "hundred"], ["busy"]),
        Node("Cast", ["busy"], ["one"], Number("to", Int64)),
        Node("Mul", ["one", "ages"], ["trips"]),
        Node("Loop", ["trips", "", "span"], ["sum"], Attribute("body", 5, Bytes(6, LoopBody()))),
        Node("Mul", ["sum", "zero"], ["nothing"]),
        Node("Add", ["nothing", "answer"], ["output"]),
    ]);

    /// <summary>As <see cref="Hangs"/>, but gives NaN (the root of a negative number).</summary>
    internal static byte[] GivesNaN(int side, int classes) => Model(side, classes,
    [
        .. Span(),
        Node("Sub", ["hundred", "span"], ["below"]),
        Node("Sqrt", ["below"], ["root"]),
        Node("Mul", ["root", "zero"], ["nothing"]),
        Node("Add", ["nothing", "answer"], ["output"]),
    ]);

    /// <summary>As <see cref="Hangs"/>, but divides by zero and gives infinity.</summary>
    internal static byte[] GivesInfinity(int side, int classes) => Model(side, classes,
    [
        .. Span(),
        Node("Greater", ["span", "hundred"], ["busy"]),
        Node("Cast", ["busy"], ["one"], Number("to", Float)),
        Node("Sub", ["unit", "one"], ["divisor"]),
        Node("Div", ["unit", "divisor"], ["quotient"]),
        Node("Add", ["quotient", "answer"], ["output"]),
    ]);

    /// <summary>Copies an installed pack and puts another liveness model in, with its size and hash in the manifest.</summary>
    internal static void PackWithLiveness(string installed, string target, byte[] model)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(installed))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        var path = Path.Combine(target, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        var name = manifest["liveness"]!["file"]!.GetValue<string>();
        var entry = manifest["files"]!.AsArray().First(f => f!["path"]!.GetValue<string>() == name)!;
        entry["bytes"] = model.Length;
        entry["sha256"] = Convert.ToHexStringLower(SHA256.HashData(model));
        File.WriteAllText(path, manifest.ToJsonString());
        File.WriteAllBytes(Path.Combine(target, name), model);
    }

    private static byte[][] Span() =>
    [
        Node("ReduceMax", ["input"], ["most"], Number("keepdims", 0)),
        Node("ReduceMin", ["input"], ["least"], Number("keepdims", 0)),
        Node("Sub", ["most", "least"], ["span"]),
    ];

    private static byte[] Model(int side, int classes, byte[][] nodes)
    {
        var answer = new float[classes];
        answer[0] = 9;
        byte[] graph =
        [
            .. nodes.SelectMany(n => Bytes(1, n)),
            .. Text(2, "tiny"),
            .. Bytes(5, Tensor("hundred", Float, [], [100f])),
            .. Bytes(5, Tensor("zero", Float, [], [0f])),
            .. Bytes(5, Tensor("unit", Float, [], [1f])),
            .. Bytes(5, Tensor("answer", Float, [1, classes], answer)),
            .. Bytes(5, Tensor("ages", Int64, [], [], 1L << 62)),
            .. Bytes(11, Value("input", Float, [1, 3, side, side])),
            .. Bytes(12, Value("output", Float, [1, classes])),
        ];
        return [.. Field(1, 7), .. Bytes(7, graph), .. Bytes(8, Field(2, 13))];
    }

    private static byte[] LoopBody() =>
    [
        .. Bytes(1, Node("Identity", ["go"], ["goes"])),
        .. Bytes(1, Node("Sin", ["value"], ["next"])),
        .. Text(2, "body"),
        .. Bytes(11, Value("turn", Int64, [])),
        .. Bytes(11, Value("go", Bool, [])),
        .. Bytes(11, Value("value", Float, [])),
        .. Bytes(12, Value("goes", Bool, [])),
        .. Bytes(12, Value("next", Float, [])),
    ];

    private static byte[] Node(string type, string[] inputs, string[] outputs, params byte[][] attributes) =>
    [
        .. inputs.SelectMany(i => Text(1, i)),
        .. outputs.SelectMany(o => Text(2, o)),
        .. Text(4, type),
        .. attributes.SelectMany(a => Bytes(5, a)),
    ];

    private static byte[] Number(string name, int value) => Attribute(name, 2, Field(3, value));

    private static byte[] Attribute(string name, int type, byte[] value) => [.. Text(1, name), .. value, .. Field(20, type)];

    private static byte[] Tensor(string name, int type, int[] shape, float[] floats, params long[] integers) =>
    [
        .. shape.SelectMany(s => Field(1, s)),
        .. Field(2, type),
        .. floats.SelectMany(f => (byte[])[.. Varint((4 << 3) | 5), .. BitConverter.GetBytes(f)]),
        .. integers.SelectMany(i => Field(7, i)),
        .. Text(8, name),
    ];

    private static byte[] Value(string name, int type, int[] shape)
    {
        var dimensions = shape.SelectMany(s => Bytes(1, Field(1, s))).ToArray();
        byte[] tensor = [.. Field(1, type), .. Bytes(2, dimensions)];
        return [.. Text(1, name), .. Bytes(2, Bytes(1, tensor))];
    }

    private static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Bytes(int field, byte[] content) => [.. Varint((field << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Field(int field, long value) => [.. Varint(field << 3), .. Varint(value)];

    private static byte[] Varint(long value)
    {
        var bytes = new List<byte>();
        for (var left = (ulong)value; ; left >>= 7)
        {
            if (left < 128)
            {
                bytes.Add((byte)left);
                return [.. bytes];
            }

            bytes.Add((byte)(left | 128));
        }
    }
}
