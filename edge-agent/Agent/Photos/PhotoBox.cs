using System.Globalization;
using System.Security.Cryptography;
using Devices.Contract.Punches;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Secrets;
using Devices.Edge.Ledger.Store;

namespace Devices.Edge.Agent.Photos;

/// <summary>
/// Evidence photos that wait for the bridge, sealed, in one bounded folder. A photo is on the disk before the commit of the punch that names
/// it; what a crash leaves without its punch is removed at the next start. Photos give way: to age, to their own limit, and to a disk that
/// fills up, the oldest first, so that punches never do. Thread-safe.
/// </summary>
public sealed class PhotoBox : IDisposable
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly PhotoSeal _seal;
    private readonly LedgerStore _ledger;
    private readonly PhotoLimits _limits;
    private readonly Action<string> _report;
    private readonly SortedDictionary<long, WaitingPhoto> _waiting = [];
    private long _bytes;
    private long _sent;
    private long _dropped;
    private long _missed;
    private string? _problem;

    private PhotoBox(string folder, PhotoSeal seal, LedgerStore ledger, PhotoLimits limits, Action<string> report) =>
        (_folder, _seal, _ledger, _limits, _report) = (folder, seal, ledger, limits, report);

    /// <summary>Whether new photos are taken; those that wait go to the bridge either way.</summary>
    public bool Enabled
    {
        get;
        set => field = value && !_seal.IsLocked;
    }

    /// <summary>Raised after a photo was added.</summary>
    public event Action? Added;

    /// <summary>Opens the folder, making it where it is missing, and removes what no punch names.</summary>
    /// <param name="report">Told one sentence, without anybody's name, each time that photos begin to be lost.</param>
    /// <exception cref="GalleryException">The folder or the key cannot be used.</exception>
    public static PhotoBox Open(string folder, string keyFile, LedgerStore ledger, PhotoLimits limits, Action<string> report) => Open(folder, PhotoSeal.Open(keyFile), ledger, limits, report);

    /// <param name="seal">Its own from here on.</param>
    public static PhotoBox Open(string folder, PhotoSeal seal, LedgerStore ledger, PhotoLimits limits, Action<string> report)
    {
        ArgumentNullException.ThrowIfNull(seal);
        PhotoBox box = new(folder, seal, ledger, limits, report);
        try
        {
            Directory.CreateDirectory(folder, Mine | UnixFileMode.UserExecute);
            box.Load();
            return box;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            seal.Dispose();
            throw new GalleryException($"The folder of the evidence photos {folder} cannot be used: {fault.Message} Give it to the agent's account, or move it away.", fault);
        }
        catch
        {
            seal.Dispose();
            throw;
        }
    }

    public PhotoStatus Status
    {
        get
        {
            lock (_gate) return new(Enabled, _waiting.Count, _bytes, _sent, _dropped, _missed, _problem);
        }
    }

    /// <summary>
    /// Keeps the picture of the punch that is about to be appended at <paramref name="seq"/>, durably. Null where it cannot: the punch is
    /// recorded without one. To be followed by <see cref="Settle"/>.
    /// </summary>
    /// <returns>SHA-256 of the picture, as the punch must name it.</returns>
    public string? Keep(long seq, string person, Func<byte[]?> picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (!Enabled) return null;
        string sentence;
        string? cause = null;
        try
        {
            if (!HasRoom())
            {
                sentence = string.Create(CultureInfo.InvariantCulture, $"The disk has less than {_limits.ReserveBytes / 1048576} MiB free: punches are recorded, but without photos.");
            }
            else if (Made(picture) is not { Length: > 0 and <= PhotoLimits.MaxJpeg } jpeg)
            {
                sentence = "No photo could be made of a punch; the punch is recorded without one.";
            }
            else
            {
                return Write(seq, person, jpeg);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            sentence = "A photo could not be written, its punch is recorded without one: ";
            cause = fault.Message;
        }

        Miss(sentence, cause);
        return null;
    }

    /// <summary>Whether the punch was recorded with its photo is looked up, not believed: a commit that failed may have happened.</summary>
    public void Settle(long seq)
    {
        WaitingPhoto? photo;
        lock (_gate) photo = _waiting.GetValueOrDefault(seq);
        if (photo is null) return;
        try
        {
            if (_ledger.Find(seq)?.Draft.Photo != photo.Sha256) Remove(photo);
            else Added?.Invoke();
        }
        catch (Exception fault) when (fault is LedgerException or IOException or UnauthorizedAccessException)
        {
            // The next start asks again.
        }
    }

    /// <summary>The oldest photos whose punches the bridge has, at most <paramref name="count"/>.</summary>
    public IReadOnlyList<WaitingPhoto> Due(long acknowledged, int count)
    {
        lock (_gate) return [.. _waiting.Values.TakeWhile(one => one.Seq <= acknowledged).Take(count)];
    }

    /// <summary>The picture; null where its file is gone or damaged, and then it waits no longer.</summary>
    public byte[]? Read(WaitingPhoto photo)
    {
        ArgumentNullException.ThrowIfNull(photo);
        if (_seal.IsLocked) return null;
        try
        {
            if (_seal.Unseal(File.ReadAllBytes(PathOf(photo)), photo.Name) is { } jpeg && Convert.ToHexStringLower(SHA256.HashData(jpeg)) == photo.Sha256) return jpeg;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            // Taken away; said below.
        }

        Drop(photo, "A waiting photo is damaged or gone; its punch is not touched by that.");
        return null;
    }

    /// <summary>The bridge has it.</summary>
    public void Done(WaitingPhoto photo)
    {
        Remove(photo);
        lock (_gate) _sent++;
    }

    /// <summary>Given up; <paramref name="sentence"/> is reported unless it is null.</summary>
    public void Drop(WaitingPhoto photo, string? sentence)
    {
        Remove(photo);
        lock (_gate) _dropped++;
        if (sentence is not null) Trouble(sentence);
    }

    /// <summary>Removes every waiting photo of a person, overwritten before it is unlinked. Their punches stay.</summary>
    /// <exception cref="GalleryException">One cannot be removed: the erasure is not done.</exception>
    public int Erase(string person)
    {
        List<WaitingPhoto> theirs;
        lock (_gate) theirs = [.. _waiting.Values.Where(one => one.Person == person)];
        try
        {
            foreach (WaitingPhoto photo in theirs)
            {
                Overwrite(PathOf(photo));
                Remove(photo);
            }

            return theirs.Count;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException($"A waiting photo cannot be removed: {fault.Message} Nothing else of the erasure was done; it is tried again.", fault);
        }
    }

    /// <summary>Makes room: whatever is too old goes, then the oldest while the folder or the disk is too full.</summary>
    /// <param name="now">Null while the time is not trusted: then nothing is too old.</param>
    /// <returns>How many went.</returns>
    public int MakeRoom(DateTimeOffset? now)
    {
        int gone = 0;
        while (Oldest() is { } oldest && now is { } time && Age(oldest, time) > _limits.Kept)
        {
            Drop(oldest, string.Create(CultureInfo.InvariantCulture, $"Photos that the bridge did not take for {_limits.Kept.TotalDays:0} days were deleted; their punches are kept."));
            gone++;
        }

        while (Oldest() is { } oldest && (Status.Bytes > _limits.MaxBytes || _ledger.FreeBytes < _limits.ReserveBytes))
        {
            Drop(oldest, Status.Bytes > _limits.MaxBytes
                ? string.Create(CultureInfo.InvariantCulture, $"Photos waiting for the bridge fill their {_limits.MaxBytes / 1048576} MiB: the oldest are deleted, their punches are kept.")
                : string.Create(CultureInfo.InvariantCulture, $"The disk has less than {_limits.ReserveBytes / 1048576} MiB free: the oldest waiting photos are deleted, their punches are kept."));
            gone++;
        }

        return gone;
    }

    /// <summary>All is well again: the next trouble is reported anew.</summary>
    public void Well()
    {
        lock (_gate) _problem = null;
    }

    public void Dispose() => _seal.Dispose();

    // Whatever an encoder or its native library may throw: no picture, and the punch goes on.
    private static byte[]? Made(Func<byte[]?> picture)
    {
        try
        {
            return picture();
        }
        catch (Exception)
        {
            return null;
        }
    }

    private WaitingPhoto? Oldest()
    {
        lock (_gate) return _waiting.Count == 0 ? null : _waiting.First().Value;
    }

    private string PathOf(WaitingPhoto photo) => Path.Combine(_folder, photo.Name);

    private bool HasRoom()
    {
        if (_ledger.FreeBytes < _limits.ReserveBytes) return false;
        if (Status.Bytes + PhotoLimits.MaxJpeg > _limits.MaxBytes) MakeRoomForOne();
        return true;
    }

    // The newest is worth more than the oldest, whose punch the bridge has had the longest to ask about.
    private void MakeRoomForOne()
    {
        while (Oldest() is { } oldest && Status.Bytes + PhotoLimits.MaxJpeg > _limits.MaxBytes)
            Drop(oldest, string.Create(CultureInfo.InvariantCulture, $"Photos waiting for the bridge fill their {_limits.MaxBytes / 1048576} MiB: the oldest are deleted, their punches are kept."));
    }

    private string Write(long seq, string person, byte[] jpeg)
    {
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(jpeg));
        string name = WaitingPhoto.NameOf(seq, sha256);
        byte[] file = _seal.Seal(jpeg, name);
        string place = Path.Combine(_folder, name);
        string beside = place + ".new";
        try
        {
            using (FileStream stream = new(beside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Mine }))
            {
                stream.Write(file);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, place, overwrite: true);
            DirectoryFlush.Run(_folder);
        }
        catch
        {
            TryDelete(beside);
            TryDelete(place);
            throw;
        }

        lock (_gate)
        {
            _waiting[seq] = new(seq, sha256, person, file.Length);
            _bytes += file.Length;
        }

        return sha256;
    }

    private void Load()
    {
        foreach (string file in Directory.EnumerateFiles(_folder).ToList())
        {
            if (!TryParse(Path.GetFileName(file), out long seq, out string sha256) || _ledger.Find(seq) is not { } punch || punch.Draft.Photo != sha256)
            {
                File.Delete(file);
                continue;
            }

            WaitingPhoto photo = new(seq, sha256, punch.Draft.Person, new FileInfo(file).Length);
            _waiting[seq] = photo;
            _bytes += photo.Bytes;
        }
    }

    private static bool TryParse(string name, out long seq, out string sha256)
    {
        (seq, sha256) = (0, "");
        if (!name.EndsWith(".photo", StringComparison.Ordinal)) return false;
        string[] parts = name[..^".photo".Length].Split('-');
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out seq) || !PunchChain.TryParseHex(parts[1], out _)) return false;
        sha256 = parts[1];
        return true;
    }

    // By the punch's time where that is known for certain; a held one's may be decades off.
    private TimeSpan Age(WaitingPhoto photo, DateTimeOffset now)
    {
        try
        {
            if (_ledger.Find(photo.Seq) is { Sealed: { UncertaintyMs: >= 0 } punch }) return now - DateTimeOffset.FromUnixTimeMilliseconds(punch.At);
            DateTimeOffset written = File.GetLastWriteTimeUtc(PathOf(photo));
            if (written >= Plausible && written <= now + TimeSpan.FromDays(1)) return now - written;
            // Written while the clock was wrong: it ages from now on.
            File.SetLastWriteTimeUtc(PathOf(photo), now.UtcDateTime);
            return TimeSpan.Zero;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or LedgerException)
        {
            return TimeSpan.Zero;
        }
    }

    private static readonly DateTimeOffset Plausible = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private void Remove(WaitingPhoto photo)
    {
        File.Delete(PathOf(photo));
        lock (_gate)
        {
            if (_waiting.Remove(photo.Seq)) _bytes -= photo.Bytes;
        }
    }

    private static void Overwrite(string path)
    {
        if (!File.Exists(path)) return;
        using FileStream stream = new(path, FileMode.Open, FileAccess.Write);
        stream.Write(new byte[stream.Length]);
        stream.Flush(flushToDisk: true);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The next start takes it.
        }
    }

    private void Miss(string sentence, string? cause)
    {
        lock (_gate) _missed++;
        Trouble(sentence, cause);
    }

    // Each kind once until it goes well again: a full disk concerns every punch.
    private void Trouble(string sentence, string? cause = null)
    {
        lock (_gate)
        {
            if (_problem is { } told && told.StartsWith(sentence, StringComparison.Ordinal)) return;
            _problem = sentence + cause;
        }

        _report(sentence + cause);
    }
}
