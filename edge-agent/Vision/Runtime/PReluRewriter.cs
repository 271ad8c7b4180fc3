using System.Runtime.InteropServices;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// Writes PRelu nodes in other words before a model is opened. ONNX Runtime has no kernel of PRelu for its blocked
/// layout (NCHWc): each costs two reorderings of the tensor and a slow broadcast, more than all convolutions together
/// in MobileFaceNet-like networks. With a slope s ≤ 1 a channel, PRelu(x) = s·x + Relu((1 − s)·x): two 1×1 depthwise
/// convolutions and a sum, which stay in the blocked layout and are fused. Where the channels do not fill whole blocks
/// that layout is not used, and PRelu(x) = max(x, s·x) is two plain passes. The same numbers but for rounding.
/// </summary>
internal static class PReluRewriter
{
    // onnx.proto: ModelProto.graph; GraphProto.node, .initializer; NodeProto; TensorProto.
    private const int ModelGraph = 7;
    private const int GraphNode = 1;
    private const int GraphInitializer = 5;

    /// <summary>The same model; unchanged bytes where it has no such node or is not understood.</summary>
    internal static byte[] Rewrite(byte[] model)
    {
        try
        {
            var graph = OnnxWire.Fields(model).Single(f => f.Number == ModelGraph);
            var rewritten = Graph(model.AsSpan(graph.Content));
            return rewritten is null ? model : [.. model.AsSpan(0, graph.Whole.Start.Value), .. OnnxWire.Bytes(ModelGraph, rewritten), .. model.AsSpan(graph.Whole.End.Value)];
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
        {
            // ONNX Runtime will say what is wrong with it.
            return model;
        }
    }

    private static byte[]? Graph(ReadOnlySpan<byte> graph)
    {
        var fields = OnnxWire.Fields(graph);
        var slopes = new Dictionary<string, float[]>();
        foreach (var field in fields.Where(f => f.Number == GraphInitializer))
        {
            if (Slope(graph[field.Content], out var name) is { } slope)
            {
                slopes[name] = slope;
            }
        }

        using var written = new MemoryStream(graph.Length + 65536);
        var added = 0;
        foreach (var field in fields)
        {
            if (field.Number != GraphNode || Node(graph[field.Content]) is not { Type: "PRelu", Inputs.Count: 2, Outputs.Count: 1 } node || !slopes.TryGetValue(node.Inputs[1], out var slope))
            {
                written.Write(graph[field.Whole]);
                continue;
            }

            added++;
            Write(written, node.Inputs[0], node.Outputs[0], node.Inputs[1], slope);
        }

        return added == 0 ? null : written.ToArray();
    }

    // Values of one block in the widest layout (AVX-512).
    private const int Block = 16;

    private static void Write(MemoryStream to, string input, string output, string slopes, float[] slope)
    {
        if (slope.Length % Block != 0 || RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            to.Write(OnnxWire.Bytes(GraphNode, [.. OnnxWire.Text(1, input), .. OnnxWire.Text(1, slopes), .. OnnxWire.Text(2, output + "/below"), .. OnnxWire.Text(4, "Mul")]));
            to.Write(OnnxWire.Bytes(GraphNode, [.. OnnxWire.Text(1, input), .. OnnxWire.Text(1, output + "/below"), .. OnnxWire.Text(2, output), .. OnnxWire.Text(4, "Max")]));
            return;
        }

        var rest = slope.Select(s => 1 - s).ToArray();
        to.Write(Conv(input, output + "/slope", output + "/below"));
        to.Write(Conv(input, output + "/rest", output + "/scaled"));
        to.Write(OnnxWire.Bytes(GraphNode, [.. OnnxWire.Text(1, output + "/scaled"), .. OnnxWire.Text(2, output + "/above"), .. OnnxWire.Text(4, "Relu")]));
        to.Write(OnnxWire.Bytes(GraphNode, [.. OnnxWire.Text(1, output + "/below"), .. OnnxWire.Text(1, output + "/above"), .. OnnxWire.Text(2, output), .. OnnxWire.Text(4, "Add")]));
        to.Write(Weights(output + "/slope", slope));
        to.Write(Weights(output + "/rest", rest));

        byte[] Conv(string from, string weights, string into) => OnnxWire.Bytes(GraphNode,
        [
            .. OnnxWire.Text(1, from), .. OnnxWire.Text(1, weights), .. OnnxWire.Text(2, into), .. OnnxWire.Text(4, "Conv"),
            .. OnnxWire.Bytes(5, [.. OnnxWire.Text(1, "group"), .. OnnxWire.Value(3, slope.Length), .. OnnxWire.Value(20, 2)]),
            .. OnnxWire.Bytes(5, [.. OnnxWire.Text(1, "kernel_shape"), .. OnnxWire.Value(8, 1), .. OnnxWire.Value(8, 1), .. OnnxWire.Value(20, 7)]),
        ]);
    }

    private static byte[] Weights(string name, float[] values) => OnnxWire.Bytes(GraphInitializer,
    [
        .. OnnxWire.Value(1, values.Length), .. OnnxWire.Value(1, 1), .. OnnxWire.Value(1, 1), .. OnnxWire.Value(1, 1),
        .. OnnxWire.Value(2, 1), .. OnnxWire.Text(8, name), .. OnnxWire.Bytes(9, MemoryMarshal.AsBytes<float>(values)),
    ]);

    private static (string Type, List<string> Inputs, List<string> Outputs) Node(ReadOnlySpan<byte> node)
    {
        var (type, inputs, outputs) = ("", new List<string>(), new List<string>());
        foreach (var field in OnnxWire.Fields(node))
        {
            switch (field.Number)
            {
                case 1:
                    inputs.Add(OnnxWire.Text(node, field));
                    break;
                case 2:
                    outputs.Add(OnnxWire.Text(node, field));
                    break;
                case 4:
                    type = OnnxWire.Text(node, field);
                    break;
                default:
                    break;
            }
        }

        return (type, inputs, outputs);
    }

    // A float tensor of C×1×1, as PRelu's slope is; null for every other tensor, and where a slope is above 1.
    private static float[]? Slope(ReadOnlySpan<byte> tensor, out string name)
    {
        name = "";
        var (dimensions, type) = (new List<long>(), 0UL);
        float[]? values = null;
        foreach (var field in OnnxWire.Fields(tensor))
        {
            switch (field.Number)
            {
                case 1 when field.Type == 0:
                    dimensions.Add((long)field.Value);
                    break;
                case 1:
                    for (var content = tensor[field.Content]; content.Length > 0; content = content[1..])
                    {
                        // Packed dimensions; only small ones matter here, and a slope of more than 127 channels is read below.
                        var value = (long)(content[0] & 127);
                        for (var shift = 7; content[0] >= 128 && content.Length > 1; shift += 7)
                        {
                            content = content[1..];
                            value |= (long)(content[0] & 127) << shift;
                        }

                        dimensions.Add(value);
                    }

                    break;
                case 2:
                    type = field.Value;
                    break;
                case 8:
                    name = OnnxWire.Text(tensor, field);
                    break;
                case 4 or 9 when field.Type == 2:
                    values = tensor[field.Content].Length % sizeof(float) == 0 ? MemoryMarshal.Cast<byte, float>(tensor[field.Content]).ToArray() : null;
                    break;
                default:
                    break;
            }
        }

        return type == 1 && dimensions is [var channels, 1, 1] && values?.Length == channels && Array.TrueForAll(values, v => v <= 1) ? values : null;
    }
}
