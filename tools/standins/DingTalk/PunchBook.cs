namespace Devices.Standins.DingTalk;

/// <summary>All recorded punches in arrival order, and every upload call with its outcome.</summary>
internal sealed class PunchBook
{
    private const long FirstId = 300_000_000_001;

    private readonly IRecordStore _store;
    private readonly List<Punch> _punches;
    private readonly HashSet<(string, long, string)> _known;
    private readonly List<UploadAttempt> _attempts = [];
    private long _last;

    public PunchBook(IRecordStore store)
    {
        _store = store;
        _punches = [.. store.Punches];
        _known = [.. _punches.Select(Key)];
        _last = _punches.Count;
    }

    public IReadOnlyList<Punch> Punches => _punches;

    public IReadOnlyList<UploadAttempt> Attempts => _attempts;

    public bool Has(string userid, long checkTime, string deviceId) => _known.Contains((userid, checkTime, deviceId));

    /// <summary>Keeps a punch; its order and id are given here.</summary>
    public Punch Add(Func<long, long, Punch> make)
    {
        var order = ++_last;
        var punch = make(order, FirstId + order - 1);
        _store.Append(punch);
        _punches.Add(punch);
        _known.Add(Key(punch));
        return punch;
    }

    /// <summary>Takes a row away, as if it had never been: what an administrator, a fault or a lost write may do at the platform.</summary>
    /// <exception cref="BadInputException">There is no such row, or it would come back from the file.</exception>
    public void Remove(long order)
    {
        if (_store is not MemoryStore)
        {
            throw new BadInputException("With --store a row cannot be taken away: it would come back at the next start.");
        }

        var punch = _punches.Find(p => p.Order == order) ?? throw new BadInputException($"There is no record {order}; GET /_standin/records lists them.");
        _punches.Remove(punch);
        _known.Remove(Key(punch));
    }

    public void Note(UploadAttempt attempt) => _attempts.Add(attempt);

    public void Clear()
    {
        _store.Clear();
        _punches.Clear();
        _known.Clear();
        _last = 0;
        _attempts.Clear();
    }

    private static (string Userid, long CheckTime, string DeviceId) Key(Punch punch) => (punch.Userid, punch.UserCheckTime, punch.DeviceId);
}
