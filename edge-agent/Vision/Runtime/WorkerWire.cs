using System.Buffers.Binary;
using System.Text;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// The words between agent and worker, over the worker's standard input and output: a head of two little-endian
/// 32-bit numbers (what, length), then so many bytes. Tensors do not go this way; they lie in memory that both map.
/// </summary>
internal static class WorkerWire
{
    /// <summary>Path and threads → names and dimensions of the inputs.</summary>
    internal const int Load = 1;

    /// <summary>Binding, model, input, shape, descriptor of the shared memory → names and shapes of the outputs.</summary>
    internal const int Bind = 2;

    /// <summary>The length's place holds the binding; the answer is a head without bytes.</summary>
    internal const int Run = 3;

    /// <summary>The length's place holds the binding; no answer.</summary>
    internal const int Unbind = 4;

    /// <summary>The length's place holds two bindings, which are run side by side; a <see cref="Half"/> and then a head without bytes answer.</summary>
    internal const int RunBoth = 5;

    internal const int Done = 0;

    /// <summary>The runtime refused; the bytes are its message.</summary>
    internal const int Refused = 1;

    /// <summary>One of two runs is done, whose binding stands in the length's place; another answer follows. So a model that hangs is named.</summary>
    internal const int Half = 2;

    internal const int HeadLength = 8;

    /// <summary>No message is longer; a longer one is damage.</summary>
    internal const int Longest = 1 << 20;

    /// <summary>Two bindings' numbers in one; a process makes a handful of bindings.</summary>
    internal static int Pair(int first, int second) =>
        first is >= 0 and <= short.MaxValue && second is >= 0 and <= short.MaxValue ? (first << 16) | second : throw new InvalidOperationException("more models were bound than a worker takes");

    internal static (int First, int Second) Pair(int both) => (both >> 16, both & 0xFFFF);

    internal static void WriteHead(Span<byte> head, int what, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(head, what);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], length);
    }

    internal static (int What, int Length) ReadHead(ReadOnlySpan<byte> head) =>
        (BinaryPrimitives.ReadInt32LittleEndian(head), BinaryPrimitives.ReadInt32LittleEndian(head[4..]));

    /// <summary>Bytes of the tensor, rounded up so that the next one begins on a cache line.</summary>
    internal static long Room(IEnumerable<long> shape) => ((shape.Aggregate(1L, (a, b) => checked(a * b)) * sizeof(float)) + 63) / 64 * 64;

    /// <summary>A message's bytes.</summary>
    internal static byte[] Bytes(Action<BinaryWriter> write)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        write(writer);
        writer.Flush();
        return memory.ToArray();
    }

    internal static void Write(BinaryWriter to, long[] shape)
    {
        to.Write(shape.Length);
        foreach (var side in shape)
        {
            to.Write(side);
        }
    }

    internal static long[] ReadShape(BinaryReader from)
    {
        var shape = new long[from.ReadInt32()];
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = from.ReadInt64();
        }

        return shape;
    }
}
