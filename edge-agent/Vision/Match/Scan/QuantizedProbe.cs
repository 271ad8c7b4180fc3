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
    internal double Norm { get; private set; }

    /// <summary>Length of what quantisation took from the probe, not below the true one.</summary>
    internal double Error { get; private set; }

    internal void Set(ReadOnlySpan<float> probe)
    {
        probe.CopyTo(_floats.Span);
        (Scale, var error) = Quantizer.Quantize(probe, _values.Span);
        Error = error;
        var squares = 0.0;
        foreach (var value in probe)
        {
            squares += (double)value * value;
        }

        Norm = Math.Sqrt(squares) * (1 + 1e-9);
        Correction = 0;
        var values = _values.Span;
        var magnitudes = _magnitudes.Span;
        var mask = _mask.Span;
        for (var i = 0; i < values.Length; i++)
        {
            var negative = values[i] < 0;
            magnitudes[i] = (byte)Math.Abs((int)values[i]);
            mask[i] = negative ? (sbyte)-1 : (sbyte)0;
            Correction += negative ? magnitudes[i] : 0;
        }
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
