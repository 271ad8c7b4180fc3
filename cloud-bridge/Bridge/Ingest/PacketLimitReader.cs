using System.Buffers;
using System.IO.Pipelines;

namespace Devices.Bridge.Ingest;

/// <summary>
/// Watches MQTT fixed headers and ends the connection before a packet above the limit is buffered: MQTTnet 5.2 has no limit of its own
/// and would gather up to 256 MB for one client. Each read begins at a packet, since MQTTnet consumes whole packets only.
/// </summary>
public sealed class PacketLimitReader(PipeReader inner, int limit, Func<int, ValueTask> tooLarge) : PipeReader
{
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ReadResult result = await inner.ReadAsync(cancellationToken);
        if (TryReadLength(result.Buffer, out int length) && length > limit)
        {
            await tooLarge(length);
            throw new PacketTooLargeException($"A packet of {length} bytes came; {limit} are the limit.");
        }
        return result;
    }

    public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <summary>Remaining length of the fixed header (MQTT 5 section 1.5.5), as far as it has arrived.</summary>
    private static bool TryReadLength(ReadOnlySequence<byte> buffer, out int length)
    {
        length = 0;
        SequenceReader<byte> reader = new(buffer);
        if (!reader.TryRead(out _)) return false;
        for (int shift = 0; shift < 28; shift += 7)
        {
            if (!reader.TryRead(out byte next)) return false;
            length |= (next & 0x7f) << shift;
            if ((next & 0x80) == 0) return true;
        }
        return false; // malformed: MQTTnet says so
    }
}
