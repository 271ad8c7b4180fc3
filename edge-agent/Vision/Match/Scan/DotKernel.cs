using System.Runtime.Intrinsics.X86;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// Dot products of one quantised probe with consecutive rows of bytes, in exact integer arithmetic: every kernel gives
/// the same numbers. Rows lie <see cref="QuantizedProbe.Stride"/> bytes apart and start on a cache line.
/// </summary>
internal abstract unsafe class DotKernel
{
    /// <summary>
    /// How far ahead the x64 kernels ask for memory, in bytes. They walk four rows side by side, which spares loads of
    /// the probe but hides from the processor that the rows follow each other: without asking, a scan ran at a third of
    /// the speed of memory.
    /// </summary>
    protected const int Ahead = 4096;

    private static readonly DotKernel[] ByPreference =
        [new AvxVnniKernel(), new Avx512Kernel(), new Avx2Kernel(), new DotProductKernel(), new NeonKernel(), new PortableKernel(), new ScalarKernel()];

    /// <summary>
    /// Every kernel that this machine's processor runs, the preferred one first. Each has just computed what the scalar
    /// one computes; one that did not (a processor, or an emulator, with a fault) would not be among them.
    /// </summary>
    internal static IReadOnlyList<DotKernel> Supported { get; } = [.. ByPreference.Where(k => k.IsSupported && k.AgreesWithScalar())];

    internal static IReadOnlyList<DotKernel> All => ByPreference;

    /// <summary>Chosen once, at start.</summary>
    internal static DotKernel Best { get; } = Supported[0];

    internal abstract string Name { get; }

    internal abstract bool IsSupported { get; }

    /// <param name="count">Rows.</param>
    /// <param name="dots">One result a row.</param>
    internal abstract void Dots(QuantizedProbe probe, sbyte* rows, int count, int* dots);

    /// <summary>Asks for two cache lines. Never faults, wherever it points.</summary>
    protected static void Fetch(sbyte* at)
    {
        Sse.Prefetch0(at);
        Sse.Prefetch0(at + 64);
    }

    internal bool AgreesWithScalar()
    {
        const int Rows = 7;
        var expected = stackalloc int[Rows];
        var found = stackalloc int[Rows];
        foreach (var size in (int[])[192, 512])
        {
            // From −127 to 127 in an order that repeats nowhere within a row, and rows of extremes.
            var probe = new QuantizedProbe(size);
            probe.Set([.. Enumerable.Range(0, size).Select(i => (float)((i * 101 % 255) - 127))]);
            var block = new AlignedBlock<sbyte>(Rows * size);
            for (var i = 0; i < block.Length; i++)
            {
                block.Span[i] = (i / size) switch { 0 => 127, 1 => -127, _ => (sbyte)((i * 37 % 255) - 127) };
            }

            new ScalarKernel().Dots(probe, block.Pointer, Rows, expected);
            Dots(probe, block.Pointer, Rows, found);
            if (!new Span<int>(expected, Rows).SequenceEqual(new Span<int>(found, Rows)))
            {
                return false;
            }
        }

        return true;
    }
}
