namespace Devices.Terminal.Health;

/// <summary>
/// The table of threads that must come round: each has a name and a limit. The supervisor asks for one that has not, reboots for it, and kicks
/// the watchdog chip only while there is none. Pure logic; safe from several threads.
/// </summary>
public sealed class ThreadWatch
{
    /// <summary>Most threads at a time.</summary>
    public const int Size = 12;

    private readonly object _gate = new object();
    private readonly string[] _names = new string[Size];
    private readonly int[] _limits = new int[Size];
    private readonly long[] _aliveMs = new long[Size];
    private readonly bool[] _used = new bool[Size];

    /// <summary>Enters a thread; the returned slot is its ticket. -1: the table is full, which is a fault of the program.</summary>
    public int Enter(string name, int limitMs, long nowMs)
    {
        lock (_gate)
        {
            for (int i = 0; i < Size; i++)
            {
                if (!_used[i])
                {
                    _used[i] = true;
                    _names[i] = name;
                    _limits[i] = limitMs;
                    _aliveMs[i] = nowMs;
                    return i;
                }
            }
        }

        return -1;
    }

    /// <summary>The thread came round.</summary>
    public void Alive(int slot, long nowMs)
    {
        lock (_gate)
        {
            if (slot >= 0)
            {
                _aliveMs[slot] = nowMs;
            }
        }
    }

    /// <summary>The thread ends as it should.</summary>
    public void Leave(int slot)
    {
        lock (_gate)
        {
            if (slot >= 0)
            {
                _used[slot] = false;
            }
        }
    }

    /// <summary>The name of a thread that has not come round within its limit, or "".</summary>
    public string Overdue(long nowMs)
    {
        lock (_gate)
        {
            for (int i = 0; i < Size; i++)
            {
                if (_used[i] && nowMs - _aliveMs[i] > _limits[i])
                {
                    return _names[i];
                }
            }
        }

        return "";
    }

    /// <summary>Threads entered now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                int count = 0;
                for (int i = 0; i < Size; i++)
                {
                    count += _used[i] ? 1 : 0;
                }

                return count;
            }
        }
    }
}
