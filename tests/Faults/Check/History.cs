namespace Devices.Faults.Check;

/// <summary>What the terminal's screen told somebody.</summary>
public enum Told
{
    /// <summary>Nothing: the MCU lost its power first, or was never asked. The entry may or may not have been taken.</summary>
    Nothing,

    /// <summary>"Saved, will be confirmed", or "kept here": a promise.</summary>
    Saved,

    /// <summary>"Thank you NAME 08:31": a promise.</summary>
    Thanked,

    /// <summary>"Already recorded NAME 08:31": there is a punch nearby.</summary>
    Repeat,

    /// <summary>"Not recognised" or "not accepted": there is none.</summary>
    Refused,
}

/// <summary>One person's card or PIN at one terminal, by this program's own clock, which is the true one. Times are ms since the Unix epoch.</summary>
/// <param name="From">Not earlier than this.</param>
/// <param name="To">Not later than this.</param>
/// <param name="Slack">How far the bridge's clock, from which the terminals' time comes, was moved about then, ms.</param>
/// <param name="ToldName">The name on the screen.</param>
/// <param name="ToldTime">The time on the screen, <c>HH:mm</c> at the site; null or <c>--:--</c> for none.</param>
public sealed record Press(int Id, string Terminal, string Person, string Method, long From, long To, long Slack, Told Told, string? ToldName, string? ToldTime);

/// <summary>A punch as one place has it. <paramref name="At"/> is null while the terminal has not settled its time.</summary>
public sealed record PunchRow(string Terminal, string Ledger, long Seq, string Person, long? At, string Clock, long Uncertainty, string Method)
{
    public string Id => $"{Terminal}/{Ledger}/{Seq}";
}

/// <summary>A ledger file of a terminal: the one in use, one that was set aside, a clone's.</summary>
public sealed record LedgerCopy(string Name, IReadOnlyList<PunchRow> Rows);

/// <summary>What HR's page says of a punch.</summary>
public sealed record ShownRow(string Id, string Person, long At, string State);

/// <summary>What the platform has.</summary>
public sealed record PlatformRow(string Person, long At);

/// <summary>An open row of HR's exceptions.</summary>
public sealed record OpenFinding(string Source, string Code, string? Terminal, string? Ledger, long? Seq);

/// <summary>Everything that is compared.</summary>
public sealed record History
{
    public required IReadOnlyList<Press> Presses { get; init; }
    public required IReadOnlyList<LedgerCopy> Ledgers { get; init; }
    public required IReadOnlyList<PunchRow> Store { get; init; }
    public required IReadOnlyList<ShownRow> Shown { get; init; }
    public required IReadOnlyList<PlatformRow> Platform { get; init; }
    public required IReadOnlyList<OpenFinding> Exceptions { get; init; }

    /// <summary>How many punches of each kind HR's exceptions page lists, as <c>held</c> and <c>dead</c>.</summary>
    public IReadOnlyDictionary<string, long> Listed { get; init; } = new Dictionary<string, long>();

    /// <summary>People whose punches the platform takes and does not record.</summary>
    public IReadOnlySet<string> Unrecorded { get; init; } = new HashSet<string>();

    /// <summary>Terminal/ledger that were forked on purpose: both sides must have been alerted.</summary>
    public IReadOnlyList<ForkSeen> Forks { get; init; } = [];

    /// <summary>The site's window in which a person's second entry is a repeat, ms.</summary>
    public long RepeatWindow { get; init; } = 6_000;

    /// <summary>What a terminal's time may be off beyond what it says, ms: half the polling of this program.</summary>
    public long Tolerance { get; init; } = 250;

    /// <summary>The site's offset from UTC, minutes.</summary>
    public int OffsetMinutes { get; init; } = 480;
}

/// <summary>A ledger that was forked on purpose, and whether its terminal said so.</summary>
public sealed record ForkSeen(string Terminal, string Ledger, bool TerminalAlerted);

/// <summary>What the promise was broken in.</summary>
public enum Wrong
{
    /// <summary>Told as taken, and nowhere.</summary>
    Lost,

    /// <summary>There more often than it was made.</summary>
    Doubled,

    /// <summary>There at another time.</summary>
    Retimed,

    /// <summary>There for another person, or told to another.</summary>
    Misattributed,

    /// <summary>Neither delivered nor shown to anybody.</summary>
    Hidden,
}

/// <param name="Sentence">What differs, for a person.</param>
public sealed record Violation(Wrong Wrong, string Sentence);
