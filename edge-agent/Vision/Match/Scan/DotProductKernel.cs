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

        // Row after row and not side by side: there is no way to ask for memory ahead, the processor must see the pattern.
        for (var row = 0; row < count; row++, rows += stride)
        {
            Vector128<int> a = default, b = default, c = default, d = default;
            for (var i = 0; i < stride; i += 64)
            {
                a = Dp.DotProduct(a, Vector128.Load(values + i), Vector128.Load(rows + i));
                b = Dp.DotProduct(b, Vector128.Load(values + i + 16), Vector128.Load(rows + i + 16));
                c = Dp.DotProduct(c, Vector128.Load(values + i + 32), Vector128.Load(rows + i + 32));
                d = Dp.DotProduct(d, Vector128.Load(values + i + 48), Vector128.Load(rows + i + 48));
            }

            dots[row] = Vector128.Sum(a + b + c + d);
        }
    }
}
