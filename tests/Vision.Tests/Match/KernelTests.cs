using Devices.Edge.Vision.Match.Scan;

namespace Devices.Edge.Vision.Tests.Match;

/// <summary>Every kernel that this machine runs gives the scalar kernel's numbers, bit for bit.</summary>
public sealed unsafe class KernelTests
{
    private static readonly int[] Sizes = [1, 15, 63, 64, 65, 128, 192, 500, 512, 513, 2048];

    public static TheoryData<string> Names => [.. DotKernel.Supported.Select(k => k.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kernel_equals_the_scalar_one_for_every_size_and_number_of_rows(string name)
    {
        var kernel = DotKernel.All.Single(k => k.Name == name);
        var random = new Random(3);
        foreach (var size in Sizes)
        {
            for (var rows = 1; rows <= 9; rows++)
            {
                Compare(kernel, size, rows, () => (sbyte)random.Next(-127, 128));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kernel_does_not_overflow_on_the_largest_values(string name)
    {
        var kernel = DotKernel.All.Single(k => k.Name == name);
        var random = new Random(4);
        foreach (var pattern in (Func<sbyte>[])[() => 127, () => -127, () => random.Next(2) == 0 ? (sbyte)127 : (sbyte)-127, () => random.Next(3) == 0 ? (sbyte)0 : (sbyte)-127])
        {
            Compare(kernel, 512, 5, pattern);
        }
    }

    [Fact]
    public void Every_kernel_that_the_processor_has_passed_its_check_at_the_start() =>
        DotKernel.Supported.ShouldBe(DotKernel.All.Where(k => k.IsSupported));

    [Fact]
    public void A_kernel_that_miscounts_one_row_fails_the_check()
    {
        new ScalarKernel().AgreesWithScalar().ShouldBeTrue();
        new Miscounting().AgreesWithScalar().ShouldBeFalse();
    }

    [Fact]
    public void The_portable_and_the_scalar_kernel_run_everywhere_and_a_better_one_is_chosen_where_there_is_one()
    {
        DotKernel.Supported.ShouldContain(k => k is ScalarKernel);
        DotKernel.Supported.Any(k => k is PortableKernel).ShouldBe(System.Numerics.Vector.IsHardwareAccelerated);
        DotKernel.Best.ShouldBe(DotKernel.Supported[0]);
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported)
        {
            DotKernel.Best.ShouldNotBeOfType<PortableKernel>();
        }
    }

    private static void Compare(DotKernel kernel, int size, int rows, Func<sbyte> next)
    {
#pragma warning disable CA5394
        var probe = new QuantizedProbe(size);

        // Values whose largest is 127 quantise to themselves.
        var values = Enumerable.Range(0, size).Select(_ => (float)next()).ToArray();
        values[^1] = values[^1] < 0 ? -127 : 127;
        probe.Set(values);
        for (var i = 0; i < size; i++)
        {
            probe.Values[i].ShouldBe((sbyte)values[i]);
        }

        var block = new AlignedBlock<sbyte>(rows * probe.Stride);
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < size; i++)
            {
                block.Span[(row * probe.Stride) + i] = next();
            }
        }
#pragma warning restore CA5394
        var (expected, found) = (new int[rows], new int[rows]);
        fixed (int* e = expected, f = found)
        {
            new ScalarKernel().Dots(probe, block.Pointer, rows, e);
            kernel.Dots(probe, block.Pointer, rows, f);
        }

        found.ShouldBe(expected, $"{kernel.Name}, {size} values, {rows} rows");
    }

    private sealed class Miscounting : DotKernel
    {
        internal override string Name => "miscounting";

        internal override bool IsSupported => true;

        internal override void Dots(QuantizedProbe probe, sbyte* rows, int count, int* dots)
        {
            new ScalarKernel().Dots(probe, rows, count, dots);
            dots[count - 1]++;
        }
    }
}
