using System.Numerics;
using System.Numerics.Tensors;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// A probe as signed bytes in the forms that the kernels want. Besides the values p themselves there are their
/// magnitudes |p| and a byte mask m (−1 where p is negative): instructions that multiply unsigned by signed bytes
/// compute Σ|p|·(r xor m), and because r xor −1 = −r − 1 this is Σp·r − Σ|p| over the negative p. Adding
/// <see cref="Correction"/> (that sum) gives the exact dot product for one operation a vector.
/// </summary>
internal sealed unsafe class QuantizedProbe
{
    private readonly AlignedBlock<float> _floats;
    private readonly AlignedBlock<sbyte> _values;
    private readonly AlignedBlock<byte> _magnitudes;
    private readonly AlignedBlock<sbyte> _mask;

    internal QuantizedProbe(int size)
    {
        Size = size;
        Stride = Quantizer.StrideOf(size);
        _floats = new AlignedBlock<float>(Stride);
        _values = new AlignedBlock<sbyte>(Stride);
        _magnitudes = new AlignedBlock<byte>(Stride);
        _mask = new AlignedBlock<sbyte>(Stride);
    }

    internal int Size { get; }

    /// <summary>Values a row, a multiple of 64; those behind <see cref="Size"/> are zero.</summary>
    internal int Stride { get; }

    internal sbyte* Values => _values.Pointer;

    internal byte* Magnitudes => _magnitudes.Pointer;

    internal sbyte* Mask => _mask.Pointer;

    internal ReadOnlySpan<float> Floats => _floats.Span[..Size];

    internal ReadOnlySpan<float> PaddedFloats => _floats.Span;

    internal int Correction { get; private set; }

    internal float Scale { get; private set; }

    /// <summary>Length of the probe, not below the true one.</summary>
    internal float Norm { get; private set; }

    /// <summary>Length of what quantisation took from the probe, not below the true one.</summary>
    internal float Error { get; private set; }

    internal void Set(ReadOnlySpan<float> probe)
    {
        probe.CopyTo(_floats.Span);
        (Scale, Error, Norm) = Quantizer.Quantize(probe, _values.Span);
        var correction = Vector<int>.Zero;
        for (var i = 0; i < Stride; i += Vector<sbyte>.Count)
        {
            var value = Vector.Load(Values + i);
            var negative = Vector.LessThan(value, Vector<sbyte>.Zero);
            var magnitude = Vector.Abs(value);
            magnitude.As<sbyte, byte>().Store(Magnitudes + i);
            negative.Store(Mask + i);
            Vector.Widen(magnitude & negative, out var low, out var high);
            Vector.Widen(low + high, out var a, out var b);
            correction += a + b;
        }

        Correction = Vector.Sum(correction);
    }

    /// <summary>A probe is a face too: nothing of it stays after the search.</summary>
    internal void Erase()
    {
        _floats.Erase();
        _values.Erase();
        _magnitudes.Erase();
        _mask.Erase();
    }

    internal static bool IsFinite(ReadOnlySpan<float> probe) => float.IsFinite(TensorPrimitives.SumOfMagnitudes(probe));
}
