namespace Devices.Edge.Vision.Match.Scan;

/// <summary>The definition that the other kernels are tested against.</summary>
internal sealed unsafe class ScalarKernel : DotKernel
{
    internal override string Name => "scalar";

    internal override bool IsSupported => true;

    internal override void Dots(QuantizedProbe probe, sbyte* rows, int count, int* dots)
    {
        var stride = probe.Stride;
        var values = probe.Values;
        for (var row = 0; row < count; row++, rows += stride)
        {
            var sum = 0;
            for (var i = 0; i < stride; i++)
            {
                sum += values[i] * rows[i];
            }

            dots[row] = sum;
        }
    }
}
