using Devices.Edge.Vision.Packs;
using Microsoft.ML.OnnxRuntime;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// A model with its input and outputs bound once to pinned arrays, so that a run allocates nothing on the managed
/// heap. Output shapes are learnt from one run at construction. For one thread at a time.
/// </summary>
internal sealed class OnnxBinding : IDisposable
{
    private readonly OnnxModel _model;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _values = [];
    private readonly float[] _input;
    private readonly Dictionary<string, float[]> _outputs = [];
    private readonly Dictionary<string, long[]> _shapes = [];

    internal OnnxBinding(OnnxModel model, ModelInput input)
    {
        _model = model;
        if (!model.Session.InputMetadata.TryGetValue(input.Name, out var metadata))
        {
            throw new ModelShapeException($"{model.Name} has no input '{input.Name}' (it has {string.Join(", ", model.Session.InputMetadata.Keys)}).");
        }

        long[] shape = [1, input.Channels == ChannelOrder.Grey ? 1 : 3, input.Height, input.Width];
        if (metadata.Dimensions.Length != 4 || metadata.Dimensions.Where((d, i) => d > 0 && d != shape[i]).Any())
        {
            throw new ModelShapeException($"{model.Name} takes {string.Join('×', metadata.Dimensions)}, the manifest says {string.Join('×', shape)}.");
        }

        _input = GC.AllocateArray<float>((int)(shape[1] * shape[2] * shape[3]), pinned: true);
        var value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _input.AsMemory(), shape);
        _values.Add(value);
        _binding = model.Session.CreateIoBinding();
        _binding.BindInput(input.Name, value);

        var names = model.Session.OutputMetadata.Keys.ToArray();
        using var first = model.Session.Run(_runOptions, [input.Name], [value], names);
        for (var i = 0; i < names.Length; i++)
        {
            var info = first[i].GetTensorTypeAndShape();
            var buffer = GC.AllocateArray<float>((int)info.ElementCount, pinned: true);
            var output = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffer.AsMemory(), info.Shape);
            _values.Add(output);
            _outputs[names[i]] = buffer;
            _shapes[names[i]] = info.Shape;
            _binding.BindOutput(names[i], output);
        }
    }

    internal Span<float> Input => _input;

    internal IEnumerable<string> OutputNames => _outputs.Keys;

    internal void Run() => _model.Session.RunWithBinding(_runOptions, _binding);

    /// <summary>The buffer that every run fills; taken once at construction by the stages.</summary>
    internal float[] Output(string name) => _outputs.TryGetValue(name, out var buffer)
        ? buffer
        : throw new ModelShapeException($"{_model.Name} has no output '{name}' (it has {string.Join(", ", _outputs.Keys)}).");

    /// <summary>The only output of a model with one.</summary>
    internal float[] SingleOutput(int length)
    {
        var (name, buffer) = _outputs.First();
        return buffer.Length == length
            ? buffer
            : throw new ModelShapeException($"{_model.Name} gives {string.Join('×', _shapes[name])} as '{name}', the manifest wants {length} values.");
    }

    public void Dispose()
    {
        _binding.Dispose();
        foreach (var value in _values)
        {
            value.Dispose();
        }

        _runOptions.Dispose();
    }
}
