using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>arm64 without SDOT (Cortex-A53, A72: Raspberry Pi 3 and 4): SMULL, SMLAL2, SADALP. Two products of at most 127² fit 16 bits.</summary>
internal sealed unsafe class NeonKernel : DotKernel
{
    internal override string Name => "NEON";

    internal override bool IsSupported => AdvSimd.Arm64.IsSupported;

    internal override void Dots(QuantizedProbe probe, sbyte* rows, int count, int* dots)
    {
        var stride = probe.Stride;
        var values = probe.Values;
        for (var row = 0; row < count; row++, rows += stride)
        {
            Vector128<int> a = default, b = default;
            for (var i = 0; i < stride; i += 32)
            {
                a = AdvSimd.AddPairwiseWideningAndAdd(a, Products(Vector128.Load(values + i), Vector128.Load(rows + i)));
                b = AdvSimd.AddPairwiseWideningAndAdd(b, Products(Vector128.Load(values + i + 16), Vector128.Load(rows + i + 16)));
            }

            dots[row] = Vector128.Sum(a + b);
        }
    }

    private static Vector128<short> Products(Vector128<sbyte> p, Vector128<sbyte> r) =>
        AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningLower(p.GetLower(), r.GetLower()), p, r);
}
