using System.Numerics.Tensors;
using Devices.Edge.Vision.Align;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Runtime;

namespace Devices.Edge.Vision.Embed;

/// <summary>Aligned face to an embedding of unit length, so that a dot product is the cosine.</summary>
internal sealed class FaceEmbedder : IDisposable
{
    private readonly OnnxBinding _binding;
    private readonly PixelNorm _norm;
    private readonly float[] _output;

    internal FaceEmbedder(OnnxModel model, EmbedderSpec spec)
    {
        if (spec.Input.Width != FaceAlignment.Side || spec.Input.Height != FaceAlignment.Side)
        {
            throw new ModelShapeException($"{model.Name}: an arcface-112 embedder takes {FaceAlignment.Side}×{FaceAlignment.Side}.");
        }

        _binding = new OnnxBinding(model, spec.Input);
        _norm = spec.Input.Norm();
        _output = _binding.SingleOutput(spec.Size);
    }

    internal OnnxBinding Binding => _binding;

    /// <summary>Warps the face into the model's input.</summary>
    internal void Prepare(RgbFrame frame, in FaceAlignment alignment) =>
        FrameWarper.Warp(frame, alignment.ToPicture, FaceAlignment.Side, FaceAlignment.Side, _norm, _binding.Input);

    /// <summary>A face that is aligned already: R, G, B, nothing for each of 112×112 pixels.</summary>
    internal void Prepare(ReadOnlySpan<float> aligned) => _norm.WriteRow(aligned, _binding.Input, 0, FaceAlignment.Side * FaceAlignment.Side);

    /// <summary>What the last run gave, at unit length.</summary>
    internal void Read(Span<float> embedding) =>
        TensorPrimitives.Divide(_output, MathF.Max(TensorPrimitives.Norm<float>(_output), 1e-12f), embedding);

    public void Dispose() => _binding.Dispose();
}
