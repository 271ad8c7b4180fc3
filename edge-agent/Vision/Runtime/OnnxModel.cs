using Devices.Edge.Vision.Packs;
using Microsoft.ML.OnnxRuntime;

namespace Devices.Edge.Vision.Runtime;

/// <summary>One open model. The session is thread-safe; runs go through an <see cref="OnnxBinding"/> for each thread.</summary>
internal sealed class OnnxModel : IDisposable
{
    static OnnxModel() => OnnxTelemetry.Refuse();

    internal OnnxModel(string path, PackOptions options)
    {
        Name = Path.GetFileName(path);
        using var session = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = options.IntraOpThreads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // Threads that spin between frames would burn a core of a fanless board for nothing.
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        session.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        Session = new InferenceSession(path, session);
    }

    internal string Name { get; }

    internal InferenceSession Session { get; }

    public void Dispose() => Session.Dispose();
}
