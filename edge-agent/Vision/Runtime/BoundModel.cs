namespace Devices.Edge.Vision.Runtime;

/// <summary>One output of a model: every run fills <see cref="Values"/>.</summary>
internal sealed record ModelOutput(string Name, long[] Shape, float[] Values);

/// <summary>A model bound to one input of fixed shape, in this process or in the worker. For one thread at a time.</summary>
internal abstract class BoundModel : IDisposable
{
    /// <summary>Planar floats, written by the caller before each run.</summary>
    internal abstract Span<float> Input { get; }

    internal abstract IReadOnlyList<ModelOutput> Outputs { get; }

    internal abstract void Run();

    public abstract void Dispose();
}
