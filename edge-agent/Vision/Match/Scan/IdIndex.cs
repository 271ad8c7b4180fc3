namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// Where a template's id lies, in 4 to 8 bytes a template instead of a dictionary's 36: open addressing with linear
/// probing over row addresses; the ids themselves are compared in their segments. For the writer only.
/// </summary>
internal sealed class IdIndex(IReadOnlyList<Segment?> segments)
{
    // 0 is an empty place; an address is stored plus one.
    private int[] _slots = new int[64];

    internal int Count { get; private set; }

    internal long Bytes => (long)_slots.Length * sizeof(int);

    /// <summary>The segment number and row of an id; null where it is not in the gallery.</summary>
    internal (int Segment, int Row)? Find(Guid id)
    {
        var at = Locate(id);
        return _slots[at] == 0 ? null : ((_slots[at] - 1) / Segment.Capacity, (_slots[at] - 1) % Segment.Capacity);
    }

    /// <summary>The row must hold the id already, and the index must not.</summary>
    internal void Add(int segment, int row)
    {
        if ((Count + 1) * 4 > _slots.Length * 3)
        {
            var old = _slots;
            _slots = new int[old.Length * 2];
            foreach (var slot in old)
            {
                if (slot != 0)
                {
                    _slots[Locate(IdAt(slot))] = slot;
                }
            }
        }

        _slots[Locate(segments[segment]!.Id(row))] = (segment * Segment.Capacity) + row + 1;
        Count++;
    }

    /// <summary>Must be called while the row still holds the id.</summary>
    internal void Remove(Guid id)
    {
        var hole = Locate(id);
        if (_slots[hole] == 0)
        {
            return;
        }

        // Later entries of the same run move up, so that no search stops at the hole before it finds them.
        var mask = _slots.Length - 1;
        for (var at = (hole + 1) & mask; _slots[at] != 0; at = (at + 1) & mask)
        {
            var home = Home(IdAt(_slots[at]));
            if (((at - home) & mask) >= ((at - hole) & mask))
            {
                _slots[hole] = _slots[at];
                hole = at;
            }
        }

        _slots[hole] = 0;
        Count--;
    }

    internal void Clear()
    {
        _slots = new int[64];
        Count = 0;
    }

    private Guid IdAt(int slot) => segments[(slot - 1) / Segment.Capacity]!.Id((slot - 1) % Segment.Capacity);

    private int Home(Guid id) => (int)((uint)id.GetHashCode() * 2654435769u >> 8) & (_slots.Length - 1);

    private int Locate(Guid id)
    {
        var at = Home(id);
        while (_slots[at] != 0 && IdAt(_slots[at]) != id)
        {
            at = (at + 1) & (_slots.Length - 1);
        }

        return at;
    }
}
