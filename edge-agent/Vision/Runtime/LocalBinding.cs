using Microsoft.ML.OnnxRuntime;

namespace Devices.Edge.Vision.Runtime;

/// <summary>Input and outputs bound once to pinned arrays of this process, so that a run allocates nothing on the managed heap.</summary>
internal sealed class LocalBinding : BoundModel
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _values = [];
    private readonly List<ModelOutput> _outputs = [];
    private readonly float[] _input;

    internal LocalBinding(InferenceSession session, string inputName, long[] shape)
    {
        _session = session;
        _input = GC.AllocateArray<float>(checked((int)shape.Aggregate(1L, (a, b) => a * b)), pinned: true);
        var value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _input.AsMemory(), shape);
        _values.Add(value);
        _binding = session.CreateIoBinding();
        _binding.BindInput(inputName, value);

        // Output shapes are learnt from one run; it also warms the session up.
        var names = session.OutputMetadata.Keys.ToArray();
        using var first = session.Run(_runOptions, [inputName], [value], names);
        for (var i = 0; i < names.Length; i++)
        {
            var info = first[i].GetTensorTypeAndShape();
            var buffer = GC.AllocateArray<float>(checked((int)info.ElementCount), pinned: true);
            var output = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffer.AsMemory(), info.Shape);
            _values.Add(output);
            _outputs.Add(new ModelOutput(names[i], info.Shape, buffer));
            _binding.BindOutput(names[i], output);
        }
    }

    internal override Span<float> Input => _input;

    internal override IReadOnlyList<ModelOutput> Outputs => _outputs;

    internal override void Run() => _session.RunWithBinding(_runOptions, _binding);

    public override void Dispose()
    {
        _binding.Dispose();
        foreach (var value in _values)
        {
            value.Dispose();
        }

        _runOptions.Dispose();
    }
}
