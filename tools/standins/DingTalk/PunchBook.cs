namespace Devices.Standins.DingTalk;

/// <summary>All recorded punches in arrival order, and every upload call with its outcome.</summary>
internal sealed class PunchBook
{
    private const long FirstId = 300_000_000_001;

    private readonly IRecordStore _store;
    private readonly List<Punch> _punches;
    private readonly HashSet<(string, long, string)> _known;
    private readonly List<UploadAttempt> _attempts = [];

    public PunchBook(IRecordStore store)
    {
        _store = store;
        _punches = [.. store.Punches];
        _known = [.. _punches.Select(Key)];
    }

    public IReadOnlyList<Punch> Punches => _punches;

    public IReadOnlyList<UploadAttempt> Attempts => _attempts;

    public bool Has(string userid, long checkTime, string deviceId) => _known.Contains((userid, checkTime, deviceId));

    /// <summary>Keeps a punch; its order and id are given here.</summary>
    public Punch Add(Func<long, long, Punch> make)
    {
        var order = _punches.Count + 1;
        var punch = make(order, FirstId + order - 1);
        _store.Append(punch);
        _punches.Add(punch);
        _known.Add(Key(punch));
        return punch;
    }

    public void Note(UploadAttempt attempt) => _attempts.Add(attempt);

    public void Clear()
    {
        _store.Clear();
        _punches.Clear();
        _known.Clear();
        _attempts.Clear();
    }

    private static (string Userid, long CheckTime, string DeviceId) Key(Punch punch) => (punch.Userid, punch.UserCheckTime, punch.DeviceId);
}
