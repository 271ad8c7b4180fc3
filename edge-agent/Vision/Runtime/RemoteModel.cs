namespace Devices.Edge.Vision.Runtime;

/// <summary>A model file that is open in the worker; opened again by itself in each worker that follows.</summary>
internal sealed class RemoteModel(ModelWorker worker, string path, int threads)
{
    internal string Path => path;

    internal string Name { get; } = System.IO.Path.GetFileName(path);

    internal int Threads => threads;

    /// <summary>The worker's number for it, and in which start of the worker that number holds.</summary>
    internal (int Start, int Number) Place { get; set; }

    internal IReadOnlyDictionary<string, int[]> Inputs { get; set; } = new Dictionary<string, int[]>();

    internal RemoteBinding Bind(string input, long[] shape) => worker.Bind(this, input, shape);
}
