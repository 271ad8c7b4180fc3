namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// Dot products of one quantised probe with consecutive rows of bytes, in exact integer arithmetic: every kernel gives
/// the same numbers. Rows lie <see cref="QuantizedProbe.Stride"/> bytes apart and start on a cache line.
/// </summary>
internal abstract unsafe class DotKernel
{
    private static readonly DotKernel[] ByPreference =
        [new AvxVnniKernel(), new Avx512Kernel(), new Avx2Kernel(), new DotProductKernel(), new NeonKernel(), new PortableKernel(), new ScalarKernel()];

    /// <summary>Every kernel that this machine's processor runs, the preferred one first.</summary>
    internal static IReadOnlyList<DotKernel> Supported { get; } = [.. ByPreference.Where(k => k.IsSupported)];

    internal static IReadOnlyList<DotKernel> All => ByPreference;

    /// <summary>Chosen once, at start.</summary>
    internal static DotKernel Best { get; } = Supported[0];

    internal abstract string Name { get; }

    internal abstract bool IsSupported { get; }

    /// <param name="count">Rows.</param>
    /// <param name="dots">One result a row.</param>
    internal abstract void Dots(QuantizedProbe probe, sbyte* rows, int count, int* dots);
}
