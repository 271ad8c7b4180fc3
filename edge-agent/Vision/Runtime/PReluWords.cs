namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// ONNX Runtime has no kernel of PRelu for its blocked layout: each costs two reorderings of the tensor and a slow broadcast, more
/// than all convolutions together in MobileFaceNet-like networks. With a slope s a channel, PRelu(x) = s·x + (1 − s)·Relu(x).
/// Where all s ≤ 1 that is s·x + Relu((1 − s)·x): two 1×1 depthwise convolutions and a sum, which stay in the blocked layout and are
/// fused; otherwise a third one carries the sign. Where the channels do not fill whole blocks that layout is not used, and
/// PRelu(x) = max(x, s·x) for s ≤ 1 is two plain passes.
/// </summary>
internal static class PReluWords
{
    internal static bool Apply(OnnxGraph graph, bool blocked)
    {
        var any = false;
        for (var i = 0; i < graph.Nodes.Count; i++)
        {
            if (graph.Nodes[i] is not { Type: "PRelu", Inputs: [var input, var slopes], Outputs: [var output] } || graph.Weights(slopes) is not { Shape: [var channels, 1, 1], Floats: { } slope })
            {
                continue;
            }

            var usual = Array.TrueForAll(slope, s => s <= 1);
            if (blocked && channels % ModelRewriter.Block == 0)
            {
                Exchange(graph, ref i, Blocked(graph, input, output, slope, usual));
                any = true;
            }
            else if (usual)
            {
                Exchange(graph, ref i, [OnnxNode.Of("Mul", output + "/below", input, slopes), OnnxNode.Of("Max", output, input, output + "/below")]);
                any = true;
            }
        }

        return any;
    }

    private static OnnxNode[] Blocked(OnnxGraph graph, string input, string output, float[] slope, bool usual)
    {
        var channels = slope.Length;
        long[] shape = [channels, 1, 1, 1];
        graph.Add(output + "/slope", shape, slope);
        graph.Add(output + "/rest", shape, [.. slope.Select(s => MathF.Abs(1 - s))]);
        var below = OnnxNode.Scale(input, output + "/slope", output + "/below", channels);
        var scaled = OnnxNode.Scale(input, output + "/rest", output + "/scaled", channels);
        if (usual)
        {
            return [below, scaled, OnnxNode.Of("Relu", output + "/above", output + "/scaled"), OnnxNode.Of("Add", output, output + "/below", output + "/above")];
        }

        graph.Add(output + "/sign", shape, [.. slope.Select(s => s <= 1 ? 1f : -1f)]);
        return
        [
            below, scaled, OnnxNode.Of("Relu", output + "/size", output + "/scaled"), OnnxNode.Scale(output + "/size", output + "/sign", output + "/above", channels),
            OnnxNode.Of("Add", output, output + "/below", output + "/above"),
        ];
    }

    private static void Exchange(OnnxGraph graph, ref int at, OnnxNode[] nodes)
    {
        graph.Nodes.RemoveAt(at);
        graph.Nodes.InsertRange(at, nodes);
        at += nodes.Length - 1;
    }
}
