using System.Runtime.InteropServices;

namespace Devices.Benchmarks;

/// <summary>
/// The exact search of USearch (Apache-2.0, NuGet Cloud.Unum.USearch) by its C interface, since its .NET classes offer the
/// approximate one only: usearch_exact_search of c/usearch.h.
/// </summary>
internal static unsafe partial class USearch
{
    internal const uint Float32 = 1;
    internal const uint Int8 = 4;
    private const uint InnerProduct = 2;

    internal static bool IsHere => NativeLibrary.TryLoad("libusearch_c", typeof(USearch).Assembly, null, out _);

    /// <summary>Key of the nearest of <paramref name="rows"/> vectors by inner product.</summary>
    internal static ulong Nearest(void* block, int rows, int bytesPerRow, void* probe, uint kind, int size, int threads)
    {
        const int Wanted = 2;
        var keys = stackalloc ulong[Wanted];
        var distances = stackalloc float[Wanted];
        nint error = 0;
        ExactSearch(block, (nuint)rows, (nuint)bytesPerRow, probe, 1, (nuint)bytesPerRow, kind, (nuint)size, InnerProduct, Wanted, (nuint)threads,
            keys, Wanted * sizeof(ulong), distances, Wanted * sizeof(float), &error);
        return error == 0 ? keys[0] : throw new InvalidOperationException($"USearch: {Marshal.PtrToStringUTF8(error)}");
    }

    [LibraryImport("libusearch_c", EntryPoint = "usearch_exact_search")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void ExactSearch(
        void* dataset, nuint rows, nuint stride, void* queries, nuint queryCount, nuint queryStride, uint kind, nuint dimensions, uint metric,
        nuint count, nuint threads, ulong* keys, nuint keyStride, float* distances, nuint distanceStride, nint* error);
}
