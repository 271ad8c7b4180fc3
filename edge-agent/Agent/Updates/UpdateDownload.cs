using System.Security.Cryptography;
using Devices.Contract.Updates;

namespace Devices.Edge.Agent.Updates;

/// <summary>
/// Brings one package into <c>STATE/updates/staging/SHA256.part</c>, chunk by chunk, each checked against its signed hash before it is kept. What is there already is checked again and
/// not fetched again, after a loss of the line, a restart or a power cut alike.
/// </summary>
public sealed class UpdateDownload(IUpdateDisk disk, string staging, IUpdateSource source, TimeProvider time)
{
    // A flush a chunk would cost the card more than a lost megabyte costs the line.
    private const int SyncEvery = 4;

    public string FileOf(UpdateTarget target) => Path.Combine(staging, target.Sha256 + ".part");

    /// <param name="bytesPerSecond">At most; 0 for as fast as it comes. Asked before each chunk.</param>
    /// <param name="progress">Chunks that are there.</param>
    /// <param name="mayGoOn">Null, or a sentence why not now (space).</param>
    /// <exception cref="UpdateWaitException">Not now; what came is kept.</exception>
    /// <exception cref="UpdateRefusedException">The source sends other bytes than were signed.</exception>
    public async Task RunAsync(UpdateTarget target, Func<long> bytesPerSecond, Action<int> progress, Func<string?> mayGoOn, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(bytesPerSecond);
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentNullException.ThrowIfNull(mayGoOn);
        disk.Ensure(staging);
        string path = FileOf(target);
        // Others' leftovers: only one package is fetched at a time.
        foreach (string old in disk.List(staging).Where(one => Path.Combine(staging, one) != path)) disk.Delete(Path.Combine(staging, old));
        int have = Check(path, target);
        progress(have);
        if (have == target.ChunkCount) return;
        using IUpdateFile file = disk.Append(path);
        disk.SyncFolder(staging);
        long spent = 0;
        for (int i = have; i < target.ChunkCount; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (mayGoOn() is { } why) throw new UpdateWaitException(why);
            int length = target.ChunkLength(i);
            long begin = time.GetTimestamp();
            byte[] bytes = await source.PartAsync(target, (long)i * UpdateTarget.ChunkBytes, length, cancellationToken).ConfigureAwait(false);
            if (bytes.Length != length || !SHA256.HashData(bytes).AsSpan().SequenceEqual(target.ChunkHash(i)))
                throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"{target}: chunk {i + 1} of {target.ChunkCount} is not the one that was signed.");
            file.Write(bytes);
            if (++spent % SyncEvery == 0 || i == target.ChunkCount - 1) file.Sync();
            progress(i + 1);
            if (bytesPerSecond() is > 0 and long limit && i < target.ChunkCount - 1)
            {
                TimeSpan rest = TimeSpan.FromSeconds((double)length / limit) - time.GetElapsedTime(begin);
                if (rest > TimeSpan.Zero) await Task.Delay(rest, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Everything that was staged goes.</summary>
    public void Clear() => disk.DeleteTree(staging);

    // Leading chunks that are right; whatever follows them is cut off.
    private int Check(string path, UpdateTarget target)
    {
        if (!disk.FileExists(path)) return 0;
        int good = 0;
        long length;
        using (Stream stream = disk.OpenRead(path))
        {
            length = stream.Length;
            byte[] chunk = new byte[UpdateTarget.ChunkBytes];
            while (good < target.ChunkCount)
            {
                int wanted = target.ChunkLength(good);
                if (stream.ReadAtLeast(chunk.AsSpan(0, wanted), wanted, throwOnEndOfStream: false) < wanted || !SHA256.HashData(chunk.AsSpan(0, wanted)).AsSpan().SequenceEqual(target.ChunkHash(good))) break;
                good++;
            }
        }

        long sound = good == target.ChunkCount ? target.Length : (long)good * UpdateTarget.ChunkBytes;
        if (length > sound) disk.Truncate(path, sound);
        return good;
    }
}
