using System.Numerics.Tensors;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// What the stages hold of a model: one input, its outputs, and a run that allocates nothing. An output that is not a
/// number never reaches a stage: every comparison with it would silently be false. For one thread at a time.
/// </summary>
internal sealed class OnnxBinding : IDisposable
{
    private readonly string _name;
    private readonly BoundModel _bound;
    private readonly Action _run;

    internal OnnxBinding(OnnxModel model, ModelInput input)
    {
        _name = model.Name;
        if (!model.Inputs.TryGetValue(input.Name, out var dimensions))
        {
            throw new ModelShapeException($"{model.Name} has no input '{input.Name}' (it has {string.Join(", ", model.Inputs.Keys)}).");
        }

        long[] shape = [1, input.Channels == ChannelOrder.Grey ? 1 : 3, input.Height, input.Width];
        if (dimensions.Length != 4 || dimensions.Where((d, i) => d > 0 && d != shape[i]).Any())
        {
            throw new ModelShapeException($"{model.Name} takes {string.Join('×', dimensions)}, the manifest says {string.Join('×', shape)}.");
        }

        _bound = model.Bind(input.Name, shape);
        _run = _bound.Run;
    }

    internal Span<float> Input => _bound.Input;

    internal IEnumerable<string> OutputNames => _bound.Outputs.Select(o => o.Name);

    /// <exception cref="ModelFaultException">The model crashed, hung, or gave a value that is not a finite number.</exception>
    internal void Run()
    {
        _bound.Run();
        Check();
    }

    /// <summary>Two models at once, where there is a second thread; what the first threw goes before what the second did.</summary>
    internal static void RunBoth(OnnxBinding first, OnnxBinding second, SideThread? side)
    {
        if (first._bound is RemoteBinding here && second._bound is RemoteBinding there)
        {
            here.RunWith(there);
        }
        else if (side is not null)
        {
            side.Run(first._run, second._run);
        }
        else
        {
            first._bound.Run();
            second._bound.Run();
        }

        first.Check();
        second.Check();
    }

    private void Check()
    {
        var outputs = _bound.Outputs;
        for (var i = 0; i < outputs.Count; i++)
        {
            // A sum of magnitudes is finite exactly when all of them are (and no sane output overflows it): one pass, no branch a value.
            if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes<float>(outputs[i].Values)))
            {
                throw new ModelFaultException(
                    $"{_name} gave a value that is not a number (NaN or infinite) as '{outputs[i].Name}'; the picture was not judged. If it happens again, install the model pack anew or another one.",
                    stopped: false);
            }
        }
    }

    /// <summary>The buffer that every run fills; taken once at construction by the stages.</summary>
    internal float[] Output(string name) => _bound.Outputs.FirstOrDefault(o => o.Name == name)?.Values
        ?? throw new ModelShapeException($"{_name} has no output '{name}' (it has {string.Join(", ", OutputNames)}).");

    /// <summary>The only output of a model with one.</summary>
    internal float[] SingleOutput(int length)
    {
        var output = _bound.Outputs[0];
        return output.Values.Length == length
            ? output.Values
            : throw new ModelShapeException($"{_name} gives {string.Join('×', output.Shape)} as '{output.Name}', the manifest wants {length} values.");
    }

    public void Dispose() => _bound.Dispose();
}
