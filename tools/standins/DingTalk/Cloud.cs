using Devices.Standins.DingTalk.Events;

namespace Devices.Standins.DingTalk;

/// <summary>
/// The whole state of the played cloud. One lock guards it all: a stand-in needs to be right and repeatable, not fast.
/// </summary>
internal sealed class Cloud
{
    private readonly StandinSettings _startSettings;
    private readonly Organisation _startPeople;
    private readonly TimeProvider _clock;

    public Cloud(StandinSettings settings, Organisation people, IRecordStore store, TimeProvider clock)
    {
        settings.Validate();
        _clock = clock;
        _startSettings = Settings = settings;
        _startPeople = People = people;
        Calls = new CallBook(store);
        Punches = new PunchBook(store);
        Rate = new RateGate(clock);
    }

    public Lock Gate { get; } = new();

    public StandinSettings Settings { get; set; }

    public Organisation People { get; set; }

    public TokenBook Tokens { get; } = new();

    public CallBook Calls { get; }

    public PunchBook Punches { get; }

    public RateGate Rate { get; }

    public FaultBook Faults { get; } = new();

    public RobotBook Robot { get; } = new();

    public NoticeBook Notices { get; } = new();

    public EventBook Events { get; } = new();

    /// <summary>The cloud's own idea of the time.</summary>
    public DateTimeOffset Now => _clock.GetUtcNow() + Faults.ClockShift;

    public string Month => CallBook.Month(Now, Settings);

    /// <summary>As just started, with an empty store.</summary>
    public void Reset()
    {
        lock (Gate)
        {
            Settings = _startSettings;
            People = _startPeople;
            Tokens.Clear();
            Calls.Clear();
            Punches.Clear();
            Rate.Clear();
            Faults.Clear();
            Robot.Clear();
            Notices.Clear();
            Events.Clear();
        }
    }
}
