namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// Fills channels up to whole blocks with zeros. A pruned network has layers of 103 or 231 channels; ONNX Runtime runs depthwise
/// convolutions of such widths one channel at a time and reorders the tensors before and after. Channels of zero weight and zero
/// bias stay zero through PRelu, Relu and depthwise convolutions, and the next convolution has zero weights for them: every output
/// is the same sum with zeros added.
/// </summary>
internal static class ChannelPadding
{
    internal static bool Apply(OnnxGraph graph)
    {
        var groups = new Groups(graph);
        var padded = 0;
        foreach (var (channels, values) in groups.Paddable())
        {
            Pad(graph, channels, (channels + ModelRewriter.Block - 1) / ModelRewriter.Block * ModelRewriter.Block, values, padded++);
        }

        return padded > 0;
    }

    private static void Pad(OnnxGraph graph, int from, int to, HashSet<string> values, int number)
    {
        for (var i = 0; i < graph.Nodes.Count; i++)
        {
            var node = graph.Nodes[i];
            var gives = values.Contains(node.Outputs[0]);
            var takes = node.Inputs.Count > 0 && values.Contains(node.Inputs[0]);
            if (!gives && !takes)
            {
                continue;
            }

            if (node.Type == "PRelu")
            {
                Widen(node, 1, axis: 0);
            }
            else if (node.Type == "Conv" && gives)
            {
                Widen(node, 1, axis: 0);
                if (node.Inputs.Count > 2)
                {
                    Widen(node, 2, axis: 0);
                }

                if (takes)
                {
                    graph.Nodes[i] = node.With("group", to);
                }
            }
            else if (node.Type == "Conv")
            {
                Widen(node, 1, axis: 1);
            }
        }

        void Widen(OnnxNode node, int input, int axis)
        {
            var weights = graph.Weights(node.Inputs[input])!;
            var shape = weights.Shape.ToArray();
            var outer = (int)shape[..axis].Aggregate(1L, (a, b) => a * b);
            var inner = (int)shape[(axis + 1)..].Aggregate(1L, (a, b) => a * b);
            shape[axis] = to;
            var wide = new float[outer * to * inner];
            for (var o = 0; o < outer; o++)
            {
                weights.Floats.AsSpan(o * from * inner, from * inner).CopyTo(wide.AsSpan(o * to * inner));
            }

            // Other nodes may take the same weights as they are.
            var name = $"{weights.Name}/wide{number}";
            graph.Add(name, shape, wide);
            node.Inputs[input] = name;
        }
    }

    /// <summary>
    /// Values whose channels are the same ones, from the convolution that makes them to those that use them up. Ordinary convolutions
    /// fill their own blocks; only a PRelu or a depthwise convolution among them makes padding worth it.
    /// </summary>
    private sealed class Groups(OnnxGraph graph)
    {
        private readonly Dictionary<string, string> _parents = [];
        private readonly HashSet<string> _spoilt = [];
        private readonly HashSet<string> _worth = [];
        private readonly Dictionary<string, int> _channels = [];

        internal IEnumerable<(int Channels, HashSet<string> Values)> Paddable()
        {
            foreach (var node in graph.Nodes)
            {
                See(node);
            }

            foreach (var name in graph.Fixed)
            {
                _spoilt.Add(name);
            }

            return [.. _parents.Keys.GroupBy(Root)
                .Where(g => !g.Any(_spoilt.Contains) && g.Any(_worth.Contains))
                .Select(g => (g, Widths: g.Where(_channels.ContainsKey).Select(v => _channels[v]).Distinct().ToArray()))
                .Where(g => g.Widths is [var width] && width % ModelRewriter.Block != 0 && width >= ModelRewriter.Block / 2)
                .Select(g => (g.Widths[0], g.g.ToHashSet()))];
        }

        private void See(OnnxNode node)
        {
            if (node is { Type: "Relu", Inputs: [var before], Outputs: [var after] })
            {
                Join(before, after);
                return;
            }

            if (node is { Type: "PRelu", Inputs: [var input, var slopes], Outputs: [var output] } && graph.Weights(slopes) is { Shape: [var slope, 1, 1] })
            {
                Join(input, output);
                Width(output, slope);
                _worth.Add(output);
                return;
            }

            if (node is { Type: "Conv", Inputs: [var from, var filters, ..], Outputs: [var to] } && graph.Weights(filters) is { Shape: [var wide, var each, _, _] }
                && (node.Inputs.Count < 3 || graph.Weights(node.Inputs[2]) is not null))
            {
                var groups = node.Number("group", 1);
                if (groups == 1)
                {
                    Root(from);
                    Root(to);
                    Width(from, each);
                    Width(to, wide);
                    return;
                }

                if (groups == wide && each == 1)
                {
                    Join(from, to);
                    Width(to, wide);
                    _worth.Add(to);
                    return;
                }
            }

            // Whatever else takes or gives a value must find it as it is.
            foreach (var value in node.Inputs.Concat(node.Outputs))
            {
                _spoilt.Add(value);
            }
        }

        private void Width(string value, long channels)
        {
            // A value that two nodes see at different widths is nothing to touch.
            if (_channels.TryGetValue(value, out var other) && other != channels)
            {
                _spoilt.Add(value);
            }

            _channels[value] = (int)channels;
        }

        private void Join(string a, string b) => _parents[Root(a)] = Root(b);

        private string Root(string value)
        {
            _parents.TryAdd(value, value);
            while (_parents[value] != value)
            {
                value = _parents[value];
            }

            return value;
        }
    }
}
