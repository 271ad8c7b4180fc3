using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Devices.Edge.Vision.Match.Scan;

/// <summary>arm64 with SDOT (Armv8.2-A FEAT_DotProd; Cortex-A55, A76 and later: Raspberry Pi 5, RK3588).</summary>
internal sealed unsafe class DotProductKernel : DotKernel
{
    internal override string Name => "SDOT";

    internal override bool IsSupported => Dp.Arm64.IsSupported;

    internal override void Dots(QuantizedProbe probe, sbyte* rows, int count, int* dots)
    {
        var stride = probe.Stride;
        var values = probe.Values;
        var row = 0;
        for (; row + 2 <= count; row += 2, rows += 2 * stride)
        {
            Vector128<int> a = default, b = default, c = default, d = default;
            for (var i = 0; i < stride; i += 32)
            {
                var p = Vector128.Load(values + i);
                var q = Vector128.Load(values + i + 16);
                a = Dp.DotProduct(a, p, Vector128.Load(rows + i));
                b = Dp.DotProduct(b, q, Vector128.Load(rows + i + 16));
                c = Dp.DotProduct(c, p, Vector128.Load(rows + stride + i));
                d = Dp.DotProduct(d, q, Vector128.Load(rows + stride + i + 16));
            }

            dots[row] = Vector128.Sum(a + b);
            dots[row + 1] = Vector128.Sum(c + d);
        }

        if (row < count)
        {
            Vector128<int> a = default;
            for (var i = 0; i < stride; i += 16)
            {
                a = Dp.DotProduct(a, Vector128.Load(values + i), Vector128.Load(rows + i));
            }

            dots[row] = Vector128.Sum(a);
        }
    }
}
