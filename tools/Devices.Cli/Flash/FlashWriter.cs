using System.IO.Compression;
using System.Security.Cryptography;
using Devices.Cli.Flash.Images;
using Devices.Cli.Flash.Rom;

namespace Devices.Cli.Flash;

/// <summary>How far one board is.</summary>
/// <param name="Done">Bytes of the plan that are in flash and proved.</param>
/// <param name="Skipped">Of those, bytes that were there already.</param>
internal sealed record FlashProgress(string Part, long Done, long Total, long Skipped);

/// <summary>
/// Writes a plan in chunks, each proved by the chip's own MD5 before the next begins. A chunk that is there already is skipped: an
/// interrupted run goes on where it was. A chunk that fails is begun again from its erase, since the ROM cannot tell a block sent twice.
/// </summary>
internal sealed class FlashWriter(FlashSession session, Action<FlashProgress> progress)
{
    public const int ChunkBytes = 64 * 1024;

    private const int Attempts = 5;

    private long _done, _skipped, _total;

    /// <summary>Chunks that had to be begun again.</summary>
    public int Retries { get; private set; }

    public long Skipped => _skipped;

    /// <exception cref="FlashFailedException">A chunk could not be written, or does not read back right.</exception>
    public void Write(FlashPlan plan, CancellationToken cancellationToken)
    {
        _total = plan.Parts.Sum(part => (long)part.Content.Length);
        foreach (FlashPart part in plan.Parts)
        {
            // From the top down inside a part as well: its head, which makes it start, comes last.
            int chunks = (part.Content.Length + ChunkBytes - 1) / ChunkBytes;
            for (int i = chunks - 1; i >= 0; i--)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int at = i * ChunkBytes, length = Math.Min(ChunkBytes, part.Content.Length - at);
                bool there = WriteChunk(part, at, length, cancellationToken);
                _done += length;
                if (there) _skipped += length;
                progress(new(part.Name, _done, _total, _skipped));
            }
        }
    }

    /// <summary>Compares flash with a plan, changing nothing.</summary>
    /// <returns>The first difference, as a sentence; null where all is equal.</returns>
    public string? Compare(FlashPlan plan, CancellationToken cancellationToken)
    {
        _total = plan.Parts.Sum(part => (long)part.Content.Length);
        foreach (FlashPart part in plan.Parts)
        {
            for (int at = 0; at < part.Content.Length; at += ChunkBytes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int length = Math.Min(ChunkBytes, part.Content.Length - at);
                uint address = part.Address + (uint)at;
                if (Retried(() => session.Loader.FlashMd5(address, (uint)length), cancellationToken) != Md5(part.Content.AsSpan(at, length)))
                    return $"{part.Name} differs from the board's flash between 0x{address:X} and 0x{address + length:X}.";
                _done += length;
                progress(new(part.Name, _done, _total, 0));
            }
        }

        return null;
    }

    private bool WriteChunk(FlashPart part, int at, int length, CancellationToken cancellationToken)
    {
        uint address = part.Address + (uint)at;
        ReadOnlyMemory<byte> content = part.Content.AsMemory(at, length);
        string wanted = Md5(content.Span);
        string last = "";
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (attempt == 1 && session.Loader.FlashMd5(address, (uint)length) == wanted) return true;
                Send(address, content.Span);
                if (session.Loader.FlashMd5(address, (uint)length) == wanted) return false;
                last = "what reads back is not what was written";
            }
            catch (Exception fault) when (fault is RomSilentException or RomRefusedException)
            {
                last = fault.Message.TrimEnd('.');
                session.Recover(cancellationToken);
            }

            Retries++;
        }

        throw new FlashFailedException($"{part.Name} could not be written at 0x{address:X} in {Attempts} attempts: {last}.");
    }

    private T Retried<T>(Func<T> ask, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return ask();
            }
            catch (Exception fault) when (attempt < Attempts && fault is RomSilentException or RomRefusedException)
            {
                session.Recover(cancellationToken);
            }
        }
    }

    private void Send(uint address, ReadOnlySpan<byte> content)
    {
        byte[] compressed = Compress(content);
        session.Loader.BeginCompressed(session.Chip, address, (uint)content.Length, compressed.Length);
        uint sequence = 0;
        for (int at = 0; at < compressed.Length; at += RomLoader.BlockBytes)
            session.Loader.WriteCompressed(compressed.AsSpan(at, Math.Min(RomLoader.BlockBytes, compressed.Length - at)), sequence++);
    }

    private static byte[] Compress(ReadOnlySpan<byte> content)
    {
        using MemoryStream bytes = new();
        using (ZLibStream zlib = new(bytes, CompressionLevel.SmallestSize)) zlib.Write(content);
        return bytes.ToArray();
    }

#pragma warning disable CA5351 // The only digest that the ROM computes; against errors of the wire, not against an attacker.
    private static string Md5(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351
}
