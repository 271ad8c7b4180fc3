using System.Globalization;

namespace Devices.Edge.Ledger.Time;

/// <summary>
/// Knows whether the time can be trusted, and what it is (design section 5). Sources: the kernel's clock under NTP, the bridge's
/// <c>now</c>, a valid RTC. Never sets the system's clock: bridge and RTC give an anchor against the monotonic clock, from which
/// punch times follow whatever the wall clock does.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Uncertainty grows by <see cref="TrustedClockOptions.DriftPpm"/> since the anchor; above <see cref="TrustedClockOptions.MaxUncertaintyMs"/> trust ends.</item>
/// <item>A jump of the wall clock ends trust in NTP and RTC (what they said before may be what was just corrected) until NTP has settled;
/// a time anchored by the bridge goes on, since it never used the wall clock.</item>
/// <item>No source is followed to before the floor: build time, last known time, last stored punch.</item>
/// </list>
/// Thread-safe. <see cref="Changed"/> is raised outside the lock.
/// </remarks>
public sealed class TrustedClock
{
    // Reading a clock takes microseconds.
    private const long LongestReadingMs = 2;

    private readonly Lock _gate = new();
    private readonly TrustedClockOptions _options;
    private readonly TimeProvider _wall;
    private readonly IBootClock _boot;
    private readonly INtpProbe _ntp;
    private readonly ITimeFloor _floor;
    private readonly List<ClockEvent> _pending = [];

    private ClockAnchor? _boardAnchor;
    private ClockAnchor? _bridgeAnchor;
    private bool _ntpTrusted;
    private long _ntpUncertaintyMs;
    private long _ntpReadMono;
    private long _wallRef;
    private long _monoRef;
    private long _distrustNtpUntil = long.MinValue;
    private long _floorPersistedMono = long.MinValue;
    private readonly HashSet<string> _refusedTold = [];
    private bool _disagreementTold;
    private TrustSource _told = TrustSource.None;
    private bool _trustedOnce;

    /// <summary>Makes the clock and looks once at NTP and the RTC. <see cref="Changed"/> is not raised here: read <see cref="Source"/>.</summary>
    public TrustedClock(TrustedClockOptions options, TimeProvider wall, IBootClock boot, INtpProbe ntp, ITimeFloor floor, IRtcProbe? rtc = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_options, _wall, _boot, _ntp, _floor) = (options, wall, boot, ntp, floor);
        (_wallRef, _monoRef) = BothClocks();
        lock (_gate)
        {
            LookAtNtp(_wallRef, _monoRef);
            if (!_ntpTrusted && rtc?.ReadMs() is { } rtcMs) TakeRtc(rtcMs);
            _told = SourceAt(_monoRef);
            _trustedOnce = _told != TrustSource.None;
            _pending.Clear();
            _refusedTold.Clear();
        }
    }

    /// <summary>Trust gained or lost, jumps, refused times. Raised from <see cref="Check"/>, <see cref="Read"/> and <see cref="OfferBridgeTime"/>.</summary>
    public event Action<ClockEvent>? Changed;

    /// <summary>Who vouches for the time now.</summary>
    public TrustSource Source
    {
        get
        {
            lock (_gate) return SourceAt(_boot.MonotonicMs);
        }
    }

    /// <summary>This boot of the board.</summary>
    public string BootId => _boot.BootId;

    /// <summary>The monotonic clock, ms since boot.</summary>
    public long MonotonicMs => _boot.MonotonicMs;

    /// <summary>The true time cannot lie before this, ms since the Unix epoch.</summary>
    public long FloorMs => Math.Max(_options.BuildTimeMs, _floor.FloorMs);

    /// <summary>
    /// The time for judging certificates: best known time, never before the floor, so that a board that woke in 1970 still reaches its
    /// bridge (siderolabs/sbc-raspberrypi#47).
    /// </summary>
    public DateTimeOffset CertificateTime
    {
        get
        {
            ClockReading now = Read();
            return DateTimeOffset.FromUnixTimeMilliseconds(now.Trusted ? now.AtMs : Math.Max(FloorMs, Math.Clamp(now.WallMs, 0, 253_402_300_799_999)));
        }
    }

    /// <summary>One look at the clocks, for a punch. Notices jumps.</summary>
    public ClockReading Read()
    {
        ClockReading reading;
        lock (_gate)
        {
            (long wall, long mono) = BothClocks();
            NoticeJump(wall, mono);
            NoticeSource(wall, mono);
            reading = ReadAt(wall, mono);
        }
        Raise();
        return reading;
    }

    /// <summary>To be called every few seconds: asks NTP again, notices jumps and aged trust, keeps the floor.</summary>
    public void Check()
    {
        long persist = 0;
        lock (_gate)
        {
            (long wall, long mono) = BothClocks();
            NoticeJump(wall, mono);
            LookAtNtp(wall, mono);
            NoticeSource(wall, mono);
            ClockReading now = ReadAt(wall, mono);
            // An RTC's time does not raise the floor: a floor poisoned by a wrong RTC would lock out every right time later.
            if (now.Trusted && SourceAt(mono) >= TrustSource.Bridge && (_floorPersistedMono == long.MinValue || mono - _floorPersistedMono >= _options.PersistFloorEveryMs))
            {
                persist = now.AtMs - now.UncertaintyMs;
                _floorPersistedMono = mono;
            }
        }
        try
        {
            if (persist > 0) _floor.RaiseFloor(persist);
        }
        finally
        {
            // A floor that could not be kept must not keep back that trust returned.
            Raise();
        }
    }

    /// <summary>
    /// The bridge told its time in answer to a message of ours. It was read between sending and receiving, so it belongs to the middle
    /// with half the round trip as uncertainty (Cristian's algorithm). Kept where it is better than the aged anchor.
    /// </summary>
    /// <param name="nowMs">The bridge's <c>now</c>.</param>
    /// <param name="sentMonotonicMs">Monotonic clock when our message left.</param>
    /// <param name="receivedMonotonicMs">Monotonic clock when the answer came.</param>
    /// <returns>False where the time was refused.</returns>
    public bool OfferBridgeTime(long nowMs, long sentMonotonicMs, long receivedMonotonicMs)
    {
        bool taken;
        lock (_gate)
        {
            (long wall, long mono) = BothClocks();
            NoticeJump(wall, mono);
            long half = Math.Max(1, (receivedMonotonicMs - sentMonotonicMs + 1) / 2);
            long middle = sentMonotonicMs + (receivedMonotonicMs - sentMonotonicMs) / 2;
            taken = receivedMonotonicMs >= sentMonotonicMs && !BeforeFloor(nowMs, half, "The bridge");
            if (taken)
            {
                var offered = new ClockAnchor(nowMs, middle, _boot.BootId, half, TrustSource.Bridge);
                NoticeDisagreement(offered, wall, mono);
                if (_bridgeAnchor is not { } old || offered.UncertaintyAt(mono, _options.DriftPpm) <= old.UncertaintyAt(mono, _options.DriftPpm) || Math.Abs(old.At(middle) - nowMs) > half + old.UncertaintyAt(middle, _options.DriftPpm))
                    _bridgeAnchor = offered;
                NoticeSource(wall, mono);
            }
        }
        Raise();
        return taken;
    }

    /// <summary>
    /// The MCU's battery clock, which went on while this board was off. Taken as an RTC's time, and only while no source has been trusted since
    /// the start: later it could only give back what we told it ourselves.
    /// </summary>
    /// <param name="nowMs">Its time.</param>
    /// <param name="uncertaintyMs">How far it may be off, by its own account, and by how long its word can have been on its way.</param>
    /// <param name="cameMonotonicMs">Our monotonic clock when it came, read before how long it was on its way.</param>
    /// <returns>False where it was not taken.</returns>
    public bool OfferMcuTime(long nowMs, long uncertaintyMs, long cameMonotonicMs)
    {
        bool taken;
        lock (_gate)
        {
            (long wall, long mono) = BothClocks();
            NoticeSource(wall, mono);
            taken = !_trustedOnce && _told == TrustSource.None && uncertaintyMs >= 0 && uncertaintyMs <= _options.MaxUncertaintyMs
                && !BeforeFloor(nowMs, uncertaintyMs, "The MCU's clock");
            if (taken)
            {
                _boardAnchor = new(nowMs, cameMonotonicMs, _boot.BootId, uncertaintyMs, TrustSource.Rtc);
                NoticeSource(wall, mono);
            }
        }
        Raise();
        return taken;
    }

    private long WallMs => _wall.GetUtcNow().ToUnixTimeMilliseconds();

    // A process that is stopped between the two readings would take the pause for age: read again until nothing lies between.
    private (long Wall, long Mono) BothClocks()
    {
        for (int tries = 0; ; tries++)
        {
            long before = _boot.MonotonicMs, wall = WallMs, mono = _boot.MonotonicMs;
            if (mono - before <= LongestReadingMs || tries == 10) return (wall, mono);
        }
    }

    private ClockReading ReadAt(long wall, long mono)
    {
        if (NtpHolds(mono)) return new(wall, wall, mono, _boot.BootId, true, NtpUncertainty(mono));
        return BestAnchor(mono) is { } anchor
            ? new(wall, anchor.At(mono), mono, _boot.BootId, true, anchor.UncertaintyAt(mono, _options.DriftPpm))
            : ClockReading.Unknown(wall, mono, _boot.BootId);
    }

    private TrustSource SourceAt(long mono) => NtpHolds(mono) ? TrustSource.Ntp : BestAnchor(mono)?.Source ?? TrustSource.None;

    private bool NtpHolds(long mono) => _ntpTrusted && NtpUncertainty(mono) <= _options.MaxUncertaintyMs;

    private ClockAnchor? BestAnchor(long mono)
    {
        long board = _boardAnchor?.UncertaintyAt(mono, _options.DriftPpm) ?? long.MaxValue;
        long bridge = _bridgeAnchor?.UncertaintyAt(mono, _options.DriftPpm) ?? long.MaxValue;
        if (Math.Min(board, bridge) > _options.MaxUncertaintyMs) return null;
        return bridge <= board ? _bridgeAnchor : _boardAnchor;
    }

    private long NtpUncertainty(long mono) => _ntpUncertaintyMs + ((mono - _ntpReadMono) * _options.DriftPpm + 999_999) / 1_000_000;

    private void LookAtNtp(long wall, long mono)
    {
        NtpReading reading = _ntp.Read();
        if (!reading.Synchronised || mono < _distrustNtpUntil || reading.UncertaintyMs > _options.MaxUncertaintyMs || BeforeFloor(wall, reading.UncertaintyMs, "The system clock (NTP)"))
        {
            _ntpTrusted = false;
            return;
        }
        (_ntpTrusted, _ntpUncertaintyMs, _ntpReadMono) = (true, reading.UncertaintyMs, mono);
        // While NTP holds, it is also the best anchor for the time after it is lost.
        _boardAnchor = new(wall, mono, _boot.BootId, reading.UncertaintyMs, TrustSource.Ntp);
    }

    private void TakeRtc(long rtcMs)
    {
        long floor = FloorMs;
        if (BeforeFloor(rtcMs, _options.RtcUncertaintyMs, "The RTC")) return;
        // It ran by itself since the last known time and drifted all the while.
        long drifted = Math.Max(0, rtcMs - floor) * _options.DriftPpm / 1_000_000;
        _boardAnchor = new(rtcMs, _boot.MonotonicMs, _boot.BootId, _options.RtcUncertaintyMs + drifted, TrustSource.Rtc);
    }

    private void NoticeJump(long wall, long mono)
    {
        long moved = wall - _wallRef - (mono - _monoRef);
        // NTP may slew up to 500 ppm between two looks; that is no jump.
        long allowed = _options.JumpMs + (mono - _monoRef) / 1_000;
        (_wallRef, _monoRef) = (wall, mono);
        if (Math.Abs(moved) <= allowed) return;
        _ntpTrusted = false;
        _boardAnchor = null;
        _distrustNtpUntil = mono + _options.SettleMs;
        _pending.Add(new(ClockEventKind.Jump, string.Create(CultureInfo.InvariantCulture, $"The wall clock jumped {(moved > 0 ? "forward" : "back")} by {Math.Abs(moved) / 1000.0:0.#} s.")));
    }

    private bool BeforeFloor(long offeredMs, long uncertaintyMs, string who)
    {
        long floor = FloorMs;
        if (offeredMs + uncertaintyMs + _options.FloorToleranceMs >= floor && offeredMs <= 253_402_300_799_999)
        {
            _refusedTold.Remove(who);
            return false;
        }
        if (_refusedTold.Add(who))
            _pending.Add(new(ClockEventKind.Refused, $"{who} offers {Words(offeredMs)}, which lies before the last known time {Words(floor)}: not followed. Check that clock."));
        return true;
    }

    private void NoticeDisagreement(ClockAnchor offered, long wall, long mono)
    {
        if (!_ntpTrusted) return;
        long apart = Math.Abs(wall - offered.At(mono));
        bool wrong = apart > offered.UncertaintyMs + NtpUncertainty(mono) + 2_000;
        if (wrong && !_disagreementTold) _pending.Add(new(ClockEventKind.Disagreement, string.Create(CultureInfo.InvariantCulture, $"The terminal's NTP clock and the bridge's differ by {apart / 1000.0:0.#} s; the terminal follows NTP. Check the bridge's clock.")));
        _disagreementTold = wrong;
    }

    private void NoticeSource(long wall, long mono)
    {
        TrustSource now = SourceAt(mono);
        if (now == _told) return;
        _trustedOnce |= now != TrustSource.None;
        if (now == TrustSource.None)
        {
            _pending.Add(new(ClockEventKind.TrustLost, "The time is no longer trusted: punches are held until it is."));
        }
        else if (_told == TrustSource.None)
        {
            ClockReading reading = ReadAt(wall, mono);
            var anchor = new ClockAnchor(reading.AtMs, mono, _boot.BootId, reading.UncertaintyMs, now);
            _pending.Add(new(ClockEventKind.TrustGained, string.Create(CultureInfo.InvariantCulture, $"The time is trusted ({Name(now)}, to {reading.UncertaintyMs} ms)."), anchor));
        }
        _told = now;
    }

    private void Raise()
    {
        ClockEvent[] events;
        lock (_gate)
        {
            if (_pending.Count == 0) return;
            events = [.. _pending];
            _pending.Clear();
        }
        foreach (ClockEvent one in events) Changed?.Invoke(one);
    }

    private static string Name(TrustSource source) => source switch
    {
        TrustSource.Ntp => "NTP",
        TrustSource.Bridge => "the bridge",
        TrustSource.Rtc => "the RTC",
        _ => "nobody",
    };

    private static string Words(long ms) => ms is < -62_135_596_800_000 or > 253_402_300_799_999
        ? ms.ToString(CultureInfo.InvariantCulture) + " ms"
        : DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
