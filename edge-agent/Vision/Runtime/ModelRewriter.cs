using System.Runtime.InteropServices;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// Writes a model in other words before it is opened, so that all of it runs in ONNX Runtime's blocked layout (NCHWc), which has
/// kernels for 8 or 16 channels at once and none of PRelu. The numbers stay the same but for rounding. The file and its hash
/// stay as they are.
/// </summary>
internal static class ModelRewriter
{
    /// <summary>Values of one block in the widest layout (AVX-512); a multiple of AVX2's.</summary>
    internal const int Block = 16;

    /// <summary>The same model; the very same bytes where there is nothing to gain or it is not understood.</summary>
    internal static byte[] Rewrite(byte[] model)
    {
        try
        {
            var graph = OnnxGraph.Read(model);
            var blocked = RuntimeInformation.ProcessArchitecture == Architecture.X64;
            var padded = blocked && ChannelPadding.Apply(graph);
            return PReluWords.Apply(graph, blocked) || padded ? graph.Write() : model;
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or OverflowException)
        {
            // ONNX Runtime will say what is wrong with it.
            return model;
        }
    }
}
