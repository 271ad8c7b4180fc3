using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// Says in words what would otherwise be an illegal-instruction crash of the native inference library
/// (CompreFace#417: exit code 132 on processors without AVX).
/// </summary>
internal static class CpuSupport
{
    internal static PackFault? Check() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when !Sse41.IsSupported => Refuse("this x64 processor has no SSE4.1"),
        Architecture.Arm64 when !AdvSimd.IsSupported => Refuse("this ARM64 processor has no Advanced SIMD"),
        Architecture.X64 or Architecture.Arm64 => null,
        var other => Refuse($"the inference library has no build for {other}"),
    };

    private static PackFault Refuse(string why) => new(PackFaultCode.UnsupportedCpu,
        $"Face recognition cannot run here: {why}.",
        "Use a 64-bit board with ARMv8 or an x64 processor with SSE4.1; card and PIN work without it.");
}
