using Devices.Faults.Check;

namespace Devices.Faults.World;

/// <summary>
/// Who stood before one terminal and what its screen told each: entries as they are made, and the screen's lines as they come. The screen
/// names the person it thanks; a line that names nobody belongs to who stands there.
/// </summary>
internal sealed class Desk
{
    /// <summary>
    /// An answer that comes so long after the latest moment at which the entry can have been read is not for somebody who has gone: the firmware
    /// shows none after 8 s.
    /// </summary>
    private const long LiveMs = 12_000;

    private readonly Lock _gate = new();
    private readonly List<Standing> _all = [];
    private readonly List<Violation> _wrong = [];

    /// <summary>Made-up time for tests.</summary>
    public Func<long> Now { get; init; } = static () => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>One entry, still open.</summary>
    internal sealed class Standing(string person, string method, long from)
    {
        public string Person { get; } = person;
        public string Method { get; } = method;
        public long From { get; } = from;
        public long To { get; set; }
        public Told Told { get; set; }
        public string? Name { get; set; }
        public string? Time { get; set; }
        public long Slack { get; set; }

        /// <summary>The request never reached the terminal.</summary>
        public bool Void { get; set; }

        /// <summary>What was made before the MCU's last start can have no answer on its screen.</summary>
        public bool Gone { get; set; }
    }

    /// <summary>How many people were told something so far.</summary>
    public int Answered
    {
        get { lock (_gate) return _all.Count(s => s.Told != Told.Nothing); }
    }

    /// <summary>Somebody holds a card or types from now on.</summary>
    public Standing Come(string person, string method)
    {
        lock (_gate)
        {
            Standing one = new(person, method, Now());
            _all.Add(one);
            return one;
        }
    }

    /// <summary>They go: by now the entry was taken, or never is.</summary>
    public void Go(Standing one)
    {
        lock (_gate)
            if (one.To == 0) one.To = Now();
    }

    /// <summary>The MCU starts anew: its screen knows nobody.</summary>
    public void Boot()
    {
        lock (_gate)
            foreach (Standing one in _all.TakeLast(4)) one.Gone = true;
    }

    /// <summary>A line of the MCU's output.</summary>
    public void Hear(string text)
    {
        if (ScreenLine.Parse(text) is not { Told: { } told } line) return;
        lock (_gate)
        {
            long now = Now();
            Standing[] open = [.. _all.TakeLast(4).Where(s => !s.Gone && !s.Void && now - Math.Max(s.From, s.To) < LiveMs && s.Told is Told.Nothing or Told.Saved).Reverse()];
            if (line.Name is { } name)
            {
                // The same screen drawn anew (its footer changed) tells nobody anything; whoever was told nothing yet may be told the same.
                bool anew = _all.TakeLast(4).Any(s => s.Person == name && s.Told == told);
                if (open.FirstOrDefault(s => s.Person == name && (s.Told == Told.Nothing || !anew)) is { } known)
                {
                    Tell(known, told, line, now);
                    return;
                }
                if (anew) return;
                if (open.Length > 0) Tell(open[0], told, line, now);
                else _wrong.Add(new(Wrong.Misattributed, $"The screen told '{told}' to '{name}', who was not there."));
                return;
            }
            if (open.FirstOrDefault(s => s.Told == Told.Nothing) is { } first) Tell(first, told, line, now);
        }
    }

    /// <summary>Waits until the person was told something final, or the time is up.</summary>
    public async Task<Told> Answer(Standing one, TimeSpan limit, CancellationToken stop)
    {
        long end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (true)
        {
            lock (_gate)
                if (one.Told != Told.Nothing || one.Gone) return one.Told;
            if (Environment.TickCount64 > end) return Told.Nothing;
            await Task.Delay(15, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Everything so far, for the checker.</summary>
    public (IReadOnlyList<Press> Presses, IReadOnlyList<Violation> Wrong) Read(string terminal)
    {
        lock (_gate)
        {
            return ([.. _all.Where(s => !s.Void).Select((s, i) => new Press(i, terminal, s.Person, s.Method, s.From, s.To == 0 ? Now() : s.To, s.Slack, s.Told, s.Name, s.Time))], [.. _wrong]);
        }
    }

    private static void Tell(Standing one, Told told, ScreenLine line, long now)
    {
        one.Told = told;
        one.Name = line.Name ?? one.Name;
        one.Time = line.Time ?? one.Time;
        // The entry was made before its answer.
        if (one.To == 0 || told == Told.Thanked && one.To > now) one.To = now;
    }
}
