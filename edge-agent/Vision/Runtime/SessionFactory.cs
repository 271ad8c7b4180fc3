using Microsoft.ML.OnnxRuntime;

namespace Devices.Edge.Vision.Runtime;

/// <summary>Opens ONNX Runtime sessions, in this process and in the worker alike.</summary>
internal static class SessionFactory
{
    static SessionFactory() => OnnxTelemetry.Refuse();

    internal static InferenceSession Open(string path, int intraOpThreads, bool spinning)
    {
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = intraOpThreads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // Threads that spin between frames would burn a core of a fanless board for nothing.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", spinning ? "1" : "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        return new InferenceSession(ModelRewriter.Rewrite(File.ReadAllBytes(path)), options);
    }
}
