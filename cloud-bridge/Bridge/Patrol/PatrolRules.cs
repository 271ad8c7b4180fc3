using System.Globalization;
using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Patrol;

/// <summary>What is found at one terminal, from facts alone: no store, no clock but the one that is given.</summary>
public static class PatrolRules
{
    private const long Minute = 60_000, Hour = 60 * Minute, Day = 24 * Hour, MiB = 1024 * 1024;
    private const long FullMiB = 64;

    /// <summary>Every code that can be found; each has three sentences among the texts.</summary>
    public static IReadOnlyList<string> Codes { get; } =
    [
        "silent", "never-seen", "certificate", "version", "tamper", "liveness-off", "weak-settings", "settings-refused", "clock", "clock-untrusted", "disk-failing", "disk-wear", "disk-full", "ledger-forked", "ledger-new",
        "shared-identity", "backlog", "mcu-offline", "mcu-safe-mode", "camera", "power", "hot", "crashes", "refused",
    ];

    // Somebody may be cheated, or punches are in danger: each alone is the worst grade.
    private static readonly HashSet<string> Grave = ["tamper", "liveness-off", "ledger-forked", "shared-identity", "disk-failing"];

    // Doubtful times are HR's matter, and forks have a finding of their own.
    private static readonly HashSet<string> Refusals = ["chain", "connect", "enrolment", "gap", "malformed", "oversized", "subscribe", "version", "wrong-terminal"];

    /// <returns>Findings in the order of their weight; <see cref="PatrolFinding.Since"/> is now, unless something happened at a time of its own.</returns>
    public static IReadOnlyList<PatrolFinding> Judge(TerminalFacts facts, PatrolOptions options, long now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(options);
        List<PatrolFinding> found = [];
        void Add(string code, PatrolLevel level, params object[] values) => found.Add(new(code, level, [.. values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)!)], now));
        Connection(facts, options, now, Add);
        Trust(facts, options, now, found, Add);
        Board(facts, options, Add);
        Punches(facts, options, now, Add);
        return [.. found.OrderByDescending(one => one.Level).ThenBy(one => one.Code, StringComparer.Ordinal)];
    }

    /// <summary>Score and grade of what counts. One fault is C at best, two are D; one of the graver ones is D by itself.</summary>
    public static (int Score, string Grade) Grade(IEnumerable<PatrolFinding> counting)
    {
        int lost = counting.Sum(one => one.Level switch { PatrolLevel.Fault => Grave.Contains(one.Code) ? 60 : 50, PatrolLevel.Warning => 10, _ => 3 });
        int score = Math.Max(0, 100 - lost);
        return (score, score >= 95 ? "A" : score >= 80 ? "B" : score >= 50 ? "C" : "D");
    }

    /// <summary>Whether a finding counts although somebody has taken note of something: of another, of what was less grave, or of an earlier event.</summary>
    public static bool Counts(PatrolFinding finding, PatrolAck? ack, long now)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return ack is null || ack.Until <= now || finding.Level > ack.Level || (HasOwnTime(finding.Code) && finding.Since > ack.At);
    }

    /// <summary>Whether a finding is of an event: its <see cref="PatrolFinding.Since"/> is when that happened last, not since when it was found.</summary>
    public static bool HasOwnTime(string code) => code is "tamper" or "crashes" or "ledger-new";

    private static void Connection(TerminalFacts facts, PatrolOptions options, long now, Action<string, PatrolLevel, object[]> add)
    {
        TerminalRow terminal = facts.Terminal;
        if (terminal.LastSeenAt is not { } seen)
        {
            if (now - terminal.CreatedAt > Day) add("never-seen", PatrolLevel.Notice, [(now - terminal.CreatedAt) / Day]);
        }
        else if (!terminal.Online && now - seen >= options.SilentMinutes * Minute)
        {
            add("silent", now - seen >= Day ? PatrolLevel.Fault : PatrolLevel.Warning, [Span(now - seen)]);
        }

        if (terminal.CertificateNotAfter is { } end && end - now < options.CertificateDays * Day)
            add("certificate", end - now < 7 * Day ? PatrolLevel.Fault : PatrolLevel.Warning, [DateTimeOffset.FromUnixTimeMilliseconds(end).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)]);
        string older = string.Join(", ", terminal.Versions.Where(one => facts.Newest.TryGetValue(one.Key, out string? newest) && PartVersion.IsOlder(one.Value, newest)).Select(one => $"{one.Key} {one.Value} → {facts.Newest[one.Key]}"));
        if (older.Length > 0) add("version", PatrolLevel.Warning, [older]);
        if (facts.Open.Contains("shared-identity")) add("shared-identity", PatrolLevel.Fault, []);
        string[] refused = [.. facts.Open.Where(Refusals.Contains).Order(StringComparer.Ordinal)];
        if (refused.Length > 0) add("refused", PatrolLevel.Notice, [string.Join(", ", refused)]);
    }

    private static void Trust(TerminalFacts facts, PatrolOptions options, long now, List<PatrolFinding> found, Action<string, PatrolLevel, object[]> add)
    {
        if (facts.Tamper is { } opened && now - opened.At < options.TamperDays * Day)
            found.Add(new("tamper", PatrolLevel.Fault, [Moment(opened.At), opened.Count.ToString(CultureInfo.InvariantCulture)], opened.At));
        if (facts.Crashes is { Count: >= 3 } crashed) found.Add(new("crashes", PatrolLevel.Warning, [crashed.Count.ToString(CultureInfo.InvariantCulture), Moment(crashed.At)], crashed.At));
        Dictionary<string, string> settings = facts.Settings?.Settings ?? [];
        // What runs counts before what the settings say: a terminal without models has no liveness to switch off.
        if (facts.Health?.Liveness is false || (facts.Health?.Liveness is null && Is(settings, "Liveness:Enabled", "false") && facts.Terminal.Versions.ContainsKey("pack"))) add("liveness-off", PatrolLevel.Fault, []);
        List<string> weak = [];
        if (Is(settings, "Liveness:Challenge", "off") && !Is(settings, "Liveness:Enabled", "false")) weak.Add("Liveness:Challenge=off");
        if (settings.TryGetValue("WantedFpir", out string? wanted) && double.TryParse(wanted, NumberStyles.Float, CultureInfo.InvariantCulture, out double fpir) && fpir > options.WantedFpir) weak.Add($"WantedFpir={wanted}");
        if (weak.Count > 0) add("weak-settings", PatrolLevel.Warning, [string.Join(", ", weak)]);
        if (facts.Settings?.Refused is { Count: > 0 } not) add("settings-refused", PatrolLevel.Notice, [string.Join(", ", not.Keys.Order(StringComparer.Ordinal))]);
        if (facts.Terminal.ClockOffsetMs is { } offset && Math.Abs(offset) > options.ClockSeconds * 1000L)
            add("clock", Math.Abs(offset) > 60_000 ? PatrolLevel.Fault : PatrolLevel.Warning, [(offset / 1000.0).ToString("+0.0;-0.0", CultureInfo.InvariantCulture)]);
        if (facts.Terminal.Clock == "untrusted") add("clock-untrusted", PatrolLevel.Warning, []);
    }

    private static void Board(TerminalFacts facts, PatrolOptions options, Action<string, PatrolLevel, object[]> add)
    {
        TerminalHealth health = facts.Health ?? new();
        if (health.DiskFailing is true || health.DiskReadOnly is true) add("disk-failing", PatrolLevel.Fault, []);
        if (health.DiskWear is >= 80 and var worn) add("disk-wear", worn >= 100 ? PatrolLevel.Fault : PatrolLevel.Warning, [worn]);
        if (facts.Terminal.FreeBytes is { } free && free < options.FreeMiB * MiB) add("disk-full", free < FullMiB * MiB ? PatrolLevel.Fault : PatrolLevel.Warning, [free / MiB]);
        else if (health.InodesFree is < 5 and var inodes) add("disk-full", PatrolLevel.Warning, [$"{inodes} % inodes"]);
        // Of a terminal that is away nobody knows how its parts are now.
        if (!facts.Terminal.Online) return;
        if (health.McuOnline is false) add("mcu-offline", PatrolLevel.Fault, []);
        if (health.McuSafeMode is true) add("mcu-safe-mode", PatrolLevel.Warning, []);
        if (health.CameraRunning is false) add("camera", PatrolLevel.Fault, [0]);
        else if (health.CameraFps is < 5 and var fps) add("camera", PatrolLevel.Warning, [fps]);
        if (health.UnderVoltage is true) add("power", PatrolLevel.Warning, []);
        if (health.Throttled is true || facts.Terminal.Temperature >= 80) add("hot", PatrolLevel.Warning, [facts.Terminal.Temperature?.ToString("0", CultureInfo.InvariantCulture) ?? "?"]);
    }

    private static void Punches(TerminalFacts facts, PatrolOptions options, long now, Action<string, PatrolLevel, object[]> add)
    {
        if (facts.Rows.Any(row => row.Forked) || facts.Open.Contains("fork") || facts.Open.Contains("rewound")) add("ledger-forked", PatrolLevel.Fault, []);
        // A board that was never changed has one ledger for ever.
        if (facts.Ledgers.Count > 1 && facts.Ledgers.MaxBy(one => one.FirstSeenAt) is { } newest && now - newest.FirstSeenAt < options.NewLedgerDays * Day) add("ledger-new", PatrolLevel.Warning, [Moment(newest.FirstSeenAt), facts.Ledgers.Count]);
        if (facts.Terminal.Queue is { } queue && queue > options.Backlog && queue > (facts.QueueBefore ?? 0)) add("backlog", queue > 20 * options.Backlog ? PatrolLevel.Fault : PatrolLevel.Warning, [queue, facts.QueueBefore ?? 0]);
    }

    private static bool Is(Dictionary<string, string> settings, string key, string value) => settings.TryGetValue(key, out string? said) && string.Equals(said, value, StringComparison.OrdinalIgnoreCase);

    private static string Moment(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Span(long ms) => ms >= 2 * Day ? $"{ms / Day} d" : ms >= 2 * Hour ? $"{ms / Hour} h" : $"{ms / Minute} min";
}
