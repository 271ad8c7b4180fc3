namespace Devices.Standins.DingTalk;

/// <summary>The faults in force. Not thread-safe: the cloud's lock guards it.</summary>
internal sealed class FaultBook
{
    private readonly List<Fault> _faults = [];
    private int _nextId = 1;

    /// <summary>All, also those used up, so that a test can see they fired.</summary>
    public IReadOnlyList<Fault> All => _faults;

    public TimeSpan ClockShift =>
        TimeSpan.FromMilliseconds(_faults.Where(f => f.Request.Kind == FaultKind.ClockShift).Sum(f => f.Request.ShiftMs));

    public Fault Add(FaultRequest request)
    {
        request.Validate();
        var fault = new Fault(_nextId++, request);
        _faults.Add(fault);
        return fault;
    }

    public bool Remove(int id) => _faults.RemoveAll(f => f.Id == id) > 0;

    public void Clear() => _faults.Clear();

    /// <summary>The faults that hit this call, oldest first.</summary>
    public IReadOnlyList<FaultRequest> Take(string api) =>
        [.. _faults.Where(f => f.Matches(api)).Where(f => f.Take()).Select(f => f.Request)];
}
