using System;
using System.Diagnostics.CodeAnalysis;
using Devices.Link;
using Devices.Terminal.Parts;

namespace Devices.Terminal.Entries;

/// <summary>
/// The punches and events that the board has not yet confirmed: bounded in RAM, and every one on flash before anybody is told
/// anything. Events have room of their own, so that a contact that chatters costs no punch. One append-only journal of checksummed records (<see cref="JournalRecord"/>); a confirm appends a drop record; the journal
/// is rewritten (temporary file, delete, rename) when most of it is dead. Ids are never used twice: counters are reserved on flash
/// in blocks before use, and the id carries random characters of this boot besides, should the flash lose what it promised.
/// </summary>
public sealed class EntryQueue
{
    /// <summary>The journal.</summary>
    public const string FileName = "queue.log";

    /// <summary>The journal while it is rewritten.</summary>
    public const string TempName = "queue.new";

    /// <summary>The journal as it was found when part of it was damaged; kept for a technician.</summary>
    public const string DamagedName = "queue.bad";

    private const int ReserveBlock = 100;
    /// <summary>Most events it takes.</summary>
    public const int EventCapacity = 200;

    private const int RewriteSlack = 16384;

    private readonly IStorage _storage;
    private readonly ISystem _system;
    private readonly int _capacity;
    private readonly byte[] _record = new byte[JournalRecord.Overhead + JournalRecord.MaxBody];
    private readonly byte[] _none = [];
    private QueuedEntry?[] _entries;
    private string _install = "";
    private string _prefix = "";
    private long _next = 1;
    private long _reserved;
    private int _count;
    private int _fileBytes;
    private int _liveBytes;
    private bool _renameOwed;
    private bool _unreadable;

    public EntryQueue(IStorage storage, ISystem system, int capacity)
    {
        _storage = storage ?? throw new ArgumentNullException(nameof(storage));
        _system = system ?? throw new ArgumentNullException(nameof(system));
        _capacity = capacity;
        _entries = new QueuedEntry?[capacity + EventCapacity];
    }

    /// <summary>Entries waiting, of all kinds.</summary>
    public int Count
    {
        get { return _count; }
    }

    /// <summary>Events among them.</summary>
    public int Events { get; private set; }

    /// <summary>Punches among them.</summary>
    public int Punches
    {
        get { return _count - Events; }
    }

    /// <summary>Most punches it takes.</summary>
    public int Capacity
    {
        get { return _capacity; }
    }

    /// <summary>Stretches of damaged bytes found by <see cref="Load"/>; reported as a fault event.</summary>
    public int Damaged { get; private set; }

    /// <summary>Reads the journal; to be called once, at boot. False: the flash cannot be written, so no punch can be taken.</summary>
    public bool Load()
    {
        // A rewrite was cut off: before the delete both files exist and the old one counts; after it only the new one does, whole.
        bool found = _storage.Exists(FileName);
        if (!found && _storage.Exists(TempName))
        {
            _unreadable = !_storage.Rename(TempName, FileName);
            found = true;
        }

        byte[]? data = found && !_unreadable ? _storage.Read(FileName) : null;
        if (found && data == null)
        {
            // Whatever is in it must not be overwritten: no punch is taken until a technician has looked.
            _unreadable = true;
            return false;
        }

        _storage.Delete(TempName);
        if (data != null)
        {
            Replay(data);
            if (Damaged > 0)
            {
                _storage.Write(DamagedName, data, data.Length);
            }
        }

        // With any damage the lost bytes may have held a reservation, so the old install id is retired.
        if (_install.Length == 0 || Damaged > 0)
        {
            _install = NewName(8);
        }

        if (_next < _reserved)
        {
            _next = _reserved;
        }

        _prefix = _install + NewName(4) + "-";
        return Rewrite();
    }

    /// <summary>A new id that was never used and never will be again, with its counter; false when the flash refuses.</summary>
    public bool TryNewId(out long counter, [NotNullWhen(true)] out string? id)
    {
        counter = 0;
        id = null;
        if (_next >= _reserved)
        {
            long until = _next + ReserveBlock;
            if (!Append(JournalRecord.KindReserve, until, _none))
            {
                return false;
            }

            _reserved = until;
        }

        counter = _next++;
        id = _prefix + counter;
        return true;
    }

    /// <summary>Stores an entry; only <see cref="PutResult.Saved"/> means that it is safe.</summary>
    public PutResult Put(long counter, string id, string leaf, byte[] payload)
    {
        bool punch = leaf != LinkTopics.Event;
        if (punch ? Punches >= _capacity : Events >= EventCapacity)
        {
            return PutResult.Full;
        }

        bool saved = Append(JournalRecord.KindOf(leaf), counter, payload);
        if (!saved && punch)
        {
            return PutResult.StorageFault;
        }

        // An event that the flash refuses (that very fault, most often) is still told, from RAM: nobody was promised anything.
        _liveBytes += JournalRecord.Overhead + payload.Length;
        Add(new QueuedEntry(counter, id, leaf, payload));
        return saved ? PutResult.Saved : PutResult.StorageFault;
    }

    /// <summary>The entry at a position, oldest first.</summary>
    public QueuedEntry At(int index)
    {
        return _entries[index] ?? throw new ArgumentOutOfRangeException(nameof(index));
    }

    /// <summary>The entry with an id, or null (never stored, or confirmed already).</summary>
    public QueuedEntry? Find(string id)
    {
        int at = IndexOf(id);
        return at < 0 ? null : _entries[at];
    }

    /// <summary>Forgets a confirmed entry; false when it is not (or no longer) here.</summary>
    public bool Drop(string id)
    {
        int at = IndexOf(id);
        if (at < 0)
        {
            return false;
        }

        QueuedEntry entry = At(at);
        Remove(at);
        _liveBytes -= JournalRecord.Overhead + entry.Payload.Length;

        // If this record is lost the entry is sent again after a boot, and the board answers "repeat" by its id.
        Append(JournalRecord.KindDrop, entry.Counter, _none);
        if (_fileBytes > (2 * _liveBytes) + RewriteSlack)
        {
            Rewrite();
        }

        return true;
    }

    /// <summary>A new connection: everything waiting is to be sent again.</summary>
    public void MarkAllUnsent()
    {
        for (int i = 0; i < _count; i++)
        {
            At(i).Sent = 0;
            At(i).NotBeforeMs = 0;
        }
    }

    private int IndexOf(string id)
    {
        for (int i = 0; i < _count; i++)
        {
            if (At(i).Id == id)
            {
                return i;
            }
        }

        return -1;
    }

    private void Replay(byte[] data)
    {
        LinkReader reader = new LinkReader();
        bool inDamage = false;
        int at = 0;
        while (at < data.Length)
        {
            int length = JournalRecord.Check(data, at, data.Length);
            if (length == 0)
            {
                if (!inDamage)
                {
                    Damaged++;
                    inDamage = true;
                }

                at++;
                continue;
            }

            inDamage = false;
            Apply(reader, data, at);
            at += length;
        }
    }

    private void Apply(LinkReader reader, byte[] data, int at)
    {
        long counter = JournalRecord.Counter(data, at);
        byte kind = JournalRecord.Kind(data, at);
        if (kind == JournalRecord.KindInstall)
        {
            byte[] name = JournalRecord.Body(data, at);
            char[] chars = new char[name.Length];
            for (int i = 0; i < name.Length; i++)
            {
                chars[i] = (char)name[i];
            }

            _install = new string(chars);
            _reserved = counter > _reserved ? counter : _reserved;
        }
        else if (kind == JournalRecord.KindReserve)
        {
            _reserved = counter > _reserved ? counter : _reserved;
        }
        else if (kind == JournalRecord.KindDrop)
        {
            Forget(counter);
        }
        else
        {
            Restore(reader, data, at, counter, kind);
        }
    }

    private void Restore(LinkReader reader, byte[] data, int at, long counter, byte kind)
    {
        byte[] payload = JournalRecord.Body(data, at);
        string id = reader.Load(payload, payload.Length) ? reader.Id("id") : "";
        if (id.Length == 0 || reader.Fault != null)
        {
            // The record is sound but not ours to understand: counted, said aloud, and kept in the damaged copy.
            Damaged++;
            return;
        }

        _next = counter >= _next ? counter + 1 : _next;
        Add(new QueuedEntry(counter, id, JournalRecord.LeafOf(kind), payload));
    }

    private void Add(QueuedEntry entry)
    {
        if (_count == _entries.Length)
        {
            // The capacity was made smaller since: what was promised is kept all the same.
            QueuedEntry?[] larger = new QueuedEntry?[_count * 2];
            Array.Copy(_entries, 0, larger, 0, _count);
            _entries = larger;
        }

        _entries[_count++] = entry;
        Events += entry.IsPunch ? 0 : 1;
    }

    private void Forget(long counter)
    {
        for (int i = 0; i < _count; i++)
        {
            if (At(i).Counter == counter)
            {
                Remove(i);
                return;
            }
        }
    }

    private void Remove(int at)
    {
        Events -= At(at).IsPunch ? 0 : 1;
        for (int i = at; i < _count - 1; i++)
        {
            _entries[i] = _entries[i + 1];
        }

        _entries[--_count] = null;
    }

    private bool Append(byte kind, long counter, byte[] body)
    {
        if (_unreadable)
        {
            return false;
        }

        if (_renameOwed)
        {
            // Appending now would make a second journal beside the whole one that waits for its name.
            if (!_storage.Rename(TempName, FileName))
            {
                return false;
            }

            _renameOwed = false;
        }

        int length = JournalRecord.Write(_record, 0, kind, counter, body, body.Length);
        if (length == 0 || !_storage.Append(FileName, _record, length))
        {
            return false;
        }

        _fileBytes += length;
        return true;
    }

    private bool Rewrite()
    {
        int size = JournalRecord.Overhead + _install.Length;
        int live = 0;
        for (int i = 0; i < _count; i++)
        {
            live += JournalRecord.Overhead + At(i).Payload.Length;
        }

        byte[] file = new byte[size + live];
        byte[] name = new byte[_install.Length];
        for (int i = 0; i < name.Length; i++)
        {
            name[i] = (byte)_install[i];
        }

        long floor = _reserved > _next ? _reserved : _next;
        int at = JournalRecord.Write(file, 0, JournalRecord.KindInstall, floor, name, name.Length);
        for (int i = 0; i < _count; i++)
        {
            QueuedEntry entry = At(i);
            at += JournalRecord.Write(file, at, JournalRecord.KindOf(entry.Leaf), entry.Counter, entry.Payload, entry.Payload.Length);
        }

        if (!_storage.Write(TempName, file, at) || !_storage.Delete(FileName))
        {
            _system.Log("The queue file could not be rewritten; the flash is full or worn.");
            return false;
        }

        _renameOwed = !_storage.Rename(TempName, FileName);

        _fileBytes = at;
        _liveBytes = live;
        return true;
    }

    private string NewName(int length)
    {
        const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";
        char[] chars = new char[length];
        for (int i = 0; i < length; i++)
        {
            chars[i] = Letters[(_system.Random() >> 8) & 31];
        }

        return new string(chars);
    }
}
