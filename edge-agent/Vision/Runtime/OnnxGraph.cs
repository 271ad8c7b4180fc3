using System.Runtime.InteropServices;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// As much of an ONNX file's graph (onnx.proto: ModelProto, GraphProto, NodeProto, TensorProto) as is needed to exchange nodes
/// and weights: what is not touched is written back byte by byte.
/// </summary>
internal sealed class OnnxGraph
{
    private const int ModelGraph = 7;
    private const int GraphNode = 1;
    private const int GraphInitializer = 5;
    private const int GraphInput = 11;
    private const int GraphOutput = 12;

    private readonly Dictionary<string, OnnxTensor> _tensors = [];
    private readonly List<byte[]> _rest = [];
    private readonly byte[] _before;
    private readonly byte[] _after;

    private OnnxGraph(byte[] before, byte[] after) => (_before, _after) = (before, after);

    internal List<OnnxNode> Nodes { get; } = [];

    /// <summary>Names that the graph takes or gives: nothing about them may change.</summary>
    internal HashSet<string> Fixed { get; } = [];

    /// <exception cref="InvalidDataException">The bytes are no ONNX file.</exception>
    internal static OnnxGraph Read(byte[] model)
    {
        var found = OnnxWire.Fields(model).Where(f => f.Number == ModelGraph).ToList();
        if (found is not [var whole])
        {
            throw new InvalidDataException("not one graph");
        }

        var graph = new OnnxGraph(model[..whole.Whole.Start.Value], model[whole.Whole.End.Value..]);
        var bytes = model.AsSpan(whole.Content);
        foreach (var field in OnnxWire.Fields(bytes))
        {
            switch (field.Number)
            {
                case GraphNode:
                    graph.Nodes.Add(OnnxNode.Read(bytes[field.Content]));
                    break;
                case GraphInitializer:
                    var tensor = new OnnxTensor(bytes[field.Content]);
                    graph._tensors[tensor.Name] = tensor;
                    break;
                case GraphInput or GraphOutput:
                    graph.Fixed.Add(OnnxWire.Text(bytes[field.Content], OnnxWire.Fields(bytes[field.Content]).First(f => f.Number == 1)));
                    goto default;
                default:
                    graph._rest.Add(bytes[field.Whole].ToArray());
                    break;
            }
        }

        return graph;
    }

    /// <summary>Weights that nobody can replace from outside, as floats; null for anything else.</summary>
    internal OnnxTensor? Weights(string name) => !Fixed.Contains(name) && _tensors.TryGetValue(name, out var tensor) && tensor.Floats is not null ? tensor : null;

    internal void Add(string name, long[] shape, float[] values) => _tensors[name] = new OnnxTensor(name, shape, values);

    /// <summary>The file again, without weights that no node takes any more.</summary>
    internal byte[] Write()
    {
        var used = Nodes.SelectMany(n => n.Inputs).Concat(Fixed).ToHashSet();
        using var graph = new MemoryStream();
        foreach (var node in Nodes)
        {
            graph.Write(OnnxWire.Bytes(GraphNode, node.Write()));
        }

        foreach (var tensor in _tensors.Values.Where(t => used.Contains(t.Name) || t.Floats is null))
        {
            graph.Write(OnnxWire.Bytes(GraphInitializer, tensor.Write()));
        }

        _rest.ForEach(r => graph.Write(r));
        return [.. _before, .. OnnxWire.Bytes(ModelGraph, graph.ToArray()), .. _after];
    }
}

/// <summary>One operation. Its attributes stay bytes; only whole numbers are read from them.</summary>
internal sealed class OnnxNode(string type, List<string> inputs, List<string> outputs, byte[] rest)
{
    internal string Type => type;

    internal List<string> Inputs => inputs;

    internal List<string> Outputs => outputs;

    internal static OnnxNode Read(ReadOnlySpan<byte> bytes)
    {
        var (type, inputs, outputs) = ("", new List<string>(), new List<string>());
        using var rest = new MemoryStream();
        foreach (var field in OnnxWire.Fields(bytes))
        {
            switch (field.Number)
            {
                case 1:
                    inputs.Add(OnnxWire.Text(bytes, field));
                    break;
                case 2:
                    outputs.Add(OnnxWire.Text(bytes, field));
                    break;
                case 4:
                    type = OnnxWire.Text(bytes, field);
                    break;
                default:
                    rest.Write(bytes[field.Whole]);
                    break;
            }
        }

        return new OnnxNode(type, inputs, outputs, rest.ToArray());
    }

    /// <summary>A node without attributes.</summary>
    internal static OnnxNode Of(string type, string output, params string[] inputs) => new(type, [.. inputs], [output], []);

    /// <summary>A convolution of 1×1 that scales each channel by itself.</summary>
    internal static OnnxNode Scale(string input, string weights, string output, int channels) => new("Conv", [input, weights], [output],
    [
        .. OnnxWire.Bytes(5, [.. OnnxWire.Text(1, "group"), .. OnnxWire.Value(3, channels), .. OnnxWire.Value(20, 2)]),
        .. OnnxWire.Bytes(5, [.. OnnxWire.Text(1, "kernel_shape"), .. OnnxWire.Value(8, 1), .. OnnxWire.Value(8, 1), .. OnnxWire.Value(20, 7)]),
    ]);

    /// <summary>A whole number among the attributes.</summary>
    internal long Number(string name, long otherwise)
    {
        foreach (var field in OnnxWire.Fields(rest).Where(f => f.Number == 5))
        {
            var parts = OnnxWire.Fields(rest.AsSpan(field.Content));
            if (parts.Exists(p => p.Number == 1 && OnnxWire.Text(rest.AsSpan(field.Content), p) == name))
            {
                return (long)parts.First(p => p.Number == 3).Value;
            }
        }

        return otherwise;
    }

    /// <summary>The same with a whole number among the attributes changed.</summary>
    internal OnnxNode With(string name, long value)
    {
        using var changed = new MemoryStream();
        foreach (var field in OnnxWire.Fields(rest))
        {
            var content = rest.AsSpan(field.Content);
            if (field.Number == 5 && OnnxWire.Fields(content).Find(p => p.Number == 1) is { Number: 1 } label && OnnxWire.Text(content, label) == name)
            {
                changed.Write(OnnxWire.Bytes(5, [.. OnnxWire.Text(1, name), .. OnnxWire.Value(3, value), .. OnnxWire.Value(20, 2)]));
            }
            else
            {
                changed.Write(rest.AsSpan(field.Whole));
            }
        }

        return new OnnxNode(type, inputs, outputs, changed.ToArray());
    }

    internal byte[] Write() =>
    [
        .. inputs.SelectMany(i => OnnxWire.Text(1, i)), .. outputs.SelectMany(o => OnnxWire.Text(2, o)), .. OnnxWire.Text(4, type), .. rest,
    ];
}

/// <summary>Weights: the bytes as they came, and floats where they are such.</summary>
internal sealed class OnnxTensor
{
    private const ulong Float = 1;
    private readonly byte[]? _bytes;

    internal OnnxTensor(string name, long[] shape, float[] values) => (Name, Shape, Floats) = (name, shape, values);

    internal OnnxTensor(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes.ToArray();
        var shape = new List<long>();
        var type = 0UL;
        float[]? values = null;
        foreach (var field in OnnxWire.Fields(bytes))
        {
            switch (field.Number)
            {
                case 1:
                    shape.AddRange(OnnxWire.Numbers(bytes, field));
                    break;
                case 2:
                    type = field.Value;
                    break;
                case 8:
                    Name = OnnxWire.Text(bytes, field);
                    break;
                case 4 or 9 when field.Type == 2 && bytes[field.Content].Length % sizeof(float) == 0:
                    values = MemoryMarshal.Cast<byte, float>(bytes[field.Content]).ToArray();
                    break;
                default:
                    break;
            }
        }

        Shape = [.. shape];
        Floats = type == Float && values?.Length == Shape.Aggregate(1L, (a, b) => a * b) ? values : null;
    }

    internal string Name { get; } = "";

    internal long[] Shape { get; }

    internal float[]? Floats { get; }

    internal byte[] Write() => _bytes ??
    [
        .. Shape.SelectMany(s => OnnxWire.Value(1, s)), .. OnnxWire.Value(2, (long)Float), .. OnnxWire.Text(8, Name), .. OnnxWire.Bytes(9, MemoryMarshal.AsBytes<float>(Floats)),
    ];
}
