using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Devices.Edge.Vision.Frames;

/// <summary>Takes the fourth byte out of RGBA rows.</summary>
internal static class RgbPacker
{
    private static readonly Vector128<byte> Three = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);

    /// <summary>Four pixels at a time; what is written beyond them is written over by the next, the last are done one by one.</summary>
    internal static void Row(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        var (i, o) = (0, 0);
        ref var from = ref MemoryMarshal.GetReference(rgba);
        ref var to = ref MemoryMarshal.GetReference(rgb);
        for (; i + 16 <= rgba.Length && o + 16 <= rgb.Length; i += 16, o += 12)
        {
            Vector128.Shuffle(Vector128.LoadUnsafe(ref from, (nuint)i), Three).StoreUnsafe(ref to, (nuint)o);
        }

        for (; i < rgba.Length; i += 4, o += 3)
        {
            rgb[o] = rgba[i];
            rgb[o + 1] = rgba[i + 1];
            rgb[o + 2] = rgba[i + 2];
        }
    }
}
