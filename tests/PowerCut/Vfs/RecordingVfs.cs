using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Devices.PowerCut.Disk;

namespace Devices.PowerCut.Vfs;

/// <summary>
/// A VFS before SQLite's own of the system, made the default of this process: the product's code opens its files as always. What is done to
/// files of a watched folder is carried out and written down, in order; everything else passes. It can also fail as a disk does
/// (<see cref="DiskFaults"/>).
/// </summary>
internal static unsafe class RecordingVfs
{
    private static readonly ConcurrentDictionary<string, DiskLog> Watched = new(StringComparer.Ordinal);
    private static readonly Lock Gate = new();
    private static SqliteVfs* _real;
    private static SqliteMethods* _methods;

    /// <summary>Writes down what SQLite does to the files of <paramref name="folder"/> (not below it) until the answer is disposed of.</summary>
    public static IDisposable Watch(string folder, DiskLog log)
    {
        Install();
        string full = Path.GetFullPath(folder);
        if (!Watched.TryAdd(full, log)) throw new InvalidOperationException($"{full} is watched already.");
        return new Ending(full);
    }

    private static void Install()
    {
        lock (Gate)
        {
            if (_real != null) return;
            SqliteVfs* real = SqliteNative.Find(null);
            if (real == null) throw new InvalidOperationException("SQLite has no VFS.");
            _methods = (SqliteMethods*)NativeMemory.AllocZeroed((nuint)sizeof(SqliteMethods));
            *_methods = new()
            {
                Version = 2, Close = &Close, Read = &Read, Write = &Write, Truncate = &Truncate, Sync = &Sync, Size = &Size, Lock = &LockFile, Unlock = &Unlock,
                CheckReserved = &CheckReserved, Control = &Control, SectorSize = &SectorSize, Characteristics = &Characteristics,
                ShmMap = &ShmMap, ShmLock = &ShmLock, ShmBarrier = &ShmBarrier, ShmUnmap = &ShmUnmap,
            };
            SqliteVfs* own = (SqliteVfs*)NativeMemory.AllocZeroed((nuint)sizeof(SqliteVfs));
            // The rest of the system's functions do not look at which VFS they are called by.
            *own = *real;
            own->Next = null;
            own->Name = (byte*)Marshal.StringToCoTaskMemUTF8("recording");
            own->FileSize = SqliteFile.Head + real->FileSize;
            own->Open = &Open;
            own->Delete = &Delete;
            _real = real;
            int answer = SqliteNative.Register(own, 1);
            if (answer != SqliteNative.Ok) throw new InvalidOperationException($"SQLite refused the recording VFS ({answer}).");
        }
    }

    private static DiskLog? LogOf(string? path) => path is not null && Path.GetDirectoryName(path) is { } folder && Watched.TryGetValue(folder, out DiskLog? log) ? log : null;

    private static SqliteFile* RealOf(SqliteFile* file) => (SqliteFile*)((byte*)file + SqliteFile.Head);

    private static WatchedFile? Of(SqliteFile* file) => file->Watched == 0 ? null : (WatchedFile)GCHandle.FromIntPtr(file->Watched).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(SqliteVfs* vfs, byte* name, SqliteFile* file, int flags, int* outFlags)
    {
        file->Methods = null;
        file->Watched = 0;
        string? path = name == null ? null : Marshal.PtrToStringUTF8((nint)name);
        DiskLog? log = (flags & SqliteNative.OpenDeleteOnClose) == 0 ? LogOf(path) : null;
        SqliteFile* real = RealOf(file);
        if (log is not null && log.Faults?.Meets(DiskCall.Open) is { Error: true }) return SqliteNative.CannotOpen;
        int answer = _real->Open(_real, name, real, flags, outFlags);
        // Where opening failed the real file may want to be closed all the same; SQLite asks by the methods.
        if (real->Methods != null) file->Methods = _methods;
        if (answer != SqliteNative.Ok || log is null) return answer;
        // As unixOpen: of these the folder is synced with their first sync after opening.
        bool folder = (flags & SqliteNative.OpenCreate) != 0 && (flags & (SqliteNative.OpenMainJournal | SqliteNative.OpenSuperJournal | SqliteNative.OpenWal)) != 0;
        WatchedFile watched = new(log, log.Opened(Path.GetFileName(path!), path!), folder);
        file->Watched = GCHandle.ToIntPtr(GCHandle.Alloc(watched));
        return answer;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(SqliteVfs* vfs, byte* name, int syncFolder)
    {
        string path = Marshal.PtrToStringUTF8((nint)name)!;
        if (LogOf(path) is not { } log) return _real->Delete(_real, name, syncFolder);
        lock (log.Gate)
        {
            if (log.Faults?.Meets(DiskCall.Delete) is { Error: true }) return SqliteNative.IoDelete;
            int answer = _real->Delete(_real, name, syncFolder);
            if (answer == SqliteNative.Ok) log.Deleted(Path.GetFileName(path), syncFolder != 0);
            return answer;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(SqliteFile* file)
    {
        int answer = RealOf(file)->Methods->Close(RealOf(file));
        if (file->Watched != 0) GCHandle.FromIntPtr(file->Watched).Free();
        file->Watched = 0;
        return answer;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(SqliteFile* file, byte* bytes, int count, long offset)
    {
        if (Of(file)?.Log.Faults?.Meets(DiskCall.Read) is { Error: true }) return SqliteNative.IoRead;
        return RealOf(file)->Methods->Read(RealOf(file), bytes, count, offset);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(SqliteFile* file, byte* bytes, int count, long offset)
    {
        SqliteFile* real = RealOf(file);
        if (Of(file) is not { } watched) return real->Methods->Write(real, bytes, count, offset);
        lock (watched.Log.Gate)
        {
            int written = count, refused = SqliteNative.Ok;
            if (watched.Log.Faults?.Meets(DiskCall.Write) is { } fault)
            {
                if (fault.SlowMs > 0) Thread.Sleep(fault.SlowMs);
                if (fault.Error) (written, refused) = fault.Kind switch { DiskFaultKind.Full => (0, SqliteNative.Full), DiskFaultKind.HalfWritten => (count / 2, SqliteNative.Full), _ => (0, SqliteNative.IoWrite) };
            }
            if (written > 0)
            {
                int answer = real->Methods->Write(real, bytes, written, offset);
                if (answer != SqliteNative.Ok) return answer;
                watched.Log.Wrote(watched.Node, offset, new ReadOnlySpan<byte>(bytes, written));
            }
            return refused;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(SqliteFile* file, long size)
    {
        SqliteFile* real = RealOf(file);
        if (Of(file) is not { } watched) return real->Methods->Truncate(real, size);
        lock (watched.Log.Gate)
        {
            if (watched.Log.Faults?.Meets(DiskCall.Truncate) is { Error: true }) return SqliteNative.IoTruncate;
            int answer = real->Methods->Truncate(real, size);
            if (answer == SqliteNative.Ok) watched.Log.Truncated(watched.Node, size);
            return answer;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(SqliteFile* file, int flags)
    {
        SqliteFile* real = RealOf(file);
        if (Of(file) is not { } watched) return real->Methods->Sync(real, flags);
        lock (watched.Log.Gate)
        {
            if (watched.Log.Faults?.Meets(DiskCall.Sync) is { } fault)
            {
                if (fault.SlowMs > 0) Thread.Sleep(fault.SlowMs);
                if (fault.Error)
                {
                    watched.Log.SyncFailed(watched.Node, fault.Kind == DiskFaultKind.SyncDrops);
                    return SqliteNative.IoSync;
                }
            }
            // The scratch folder need not really be flushed: what would be there is the model's business.
            watched.Log.Synced(watched.Node, watched.TakeFolder());
            return SqliteNative.Ok;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Size(SqliteFile* file, long* size) => RealOf(file)->Methods->Size(RealOf(file), size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int LockFile(SqliteFile* file, int level) => RealOf(file)->Methods->Lock(RealOf(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(SqliteFile* file, int level) => RealOf(file)->Methods->Unlock(RealOf(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReserved(SqliteFile* file, int* held) => RealOf(file)->Methods->CheckReserved(RealOf(file), held);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Control(SqliteFile* file, int what, void* argument)
    {
        if (what == SqliteNative.ControlPragma && Of(file)?.Log.Synchronous is { } level) Weaken((byte**)argument, level);
        return RealOf(file)->Methods->Control(RealOf(file), what, argument);
    }

    // The mutation: the product says FULL, SQLite reads another word in the same place.
    private static void Weaken(byte** pragma, char level)
    {
        if (pragma[1] == null || pragma[2] == null || pragma[2][0] == 0) return;
        if (!string.Equals(Marshal.PtrToStringUTF8((nint)pragma[1]), "synchronous", StringComparison.OrdinalIgnoreCase)) return;
        pragma[2][0] = (byte)level;
        pragma[2][1] = 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(SqliteFile* file) => RealOf(file)->Methods->SectorSize(RealOf(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Characteristics(SqliteFile* file) => RealOf(file)->Methods->Characteristics(RealOf(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmMap(SqliteFile* file, int page, int size, int extend, void** map) => RealOf(file)->Methods->ShmMap(RealOf(file), page, size, extend, map);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmLock(SqliteFile* file, int offset, int count, int flags) => RealOf(file)->Methods->ShmLock(RealOf(file), offset, count, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ShmBarrier(SqliteFile* file) => RealOf(file)->Methods->ShmBarrier(RealOf(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmUnmap(SqliteFile* file, int delete) => RealOf(file)->Methods->ShmUnmap(RealOf(file), delete);

    private sealed class Ending(string folder) : IDisposable
    {
        public void Dispose() => Watched.TryRemove(folder, out _);
    }
}

/// <summary>One opening of a watched file.</summary>
internal sealed class WatchedFile(DiskLog log, int node, bool folder)
{
    private bool _folder = folder;

    public DiskLog Log { get; } = log;

    public int Node { get; } = node;

    /// <summary>Whether this sync also syncs the folder: the first one after a journal was opened.</summary>
    public bool TakeFolder()
    {
        bool first = _folder;
        _folder = false;
        return first;
    }
}
