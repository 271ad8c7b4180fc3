using Devices.Edge.Vision.Packs;
using Microsoft.ML.OnnxRuntime;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// One open model: one session for the file, shared by every <see cref="OnnxBinding"/>, in this process or, where
/// <see cref="PackOptions.Worker"/> is given, in the worker. Thread-safe.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession? _session;
    private readonly RemoteModel? _remote;

    internal OnnxModel(string path, PackOptions options)
    {
        Name = Path.GetFileName(path);
        if (options.Worker is { } worker)
        {
            _remote = worker.Open(path, options.IntraOpThreads);
            Inputs = _remote.Inputs;
            return;
        }

        _session = SessionFactory.Open(path, options.IntraOpThreads, options.Spinning);
        Inputs = _session.InputMetadata.ToDictionary(i => i.Key, i => i.Value.Dimensions);
    }

    internal string Name { get; }

    /// <summary>Dimensions by the input's name; unknown ones are not positive.</summary>
    internal IReadOnlyDictionary<string, int[]> Inputs { get; }

    internal BoundModel Bind(string input, long[] shape) => _session is null ? _remote!.Bind(input, shape) : new LocalBinding(_session, input, shape);

    public void Dispose() => _session?.Dispose();
}
