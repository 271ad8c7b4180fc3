using System.Globalization;
using Devices.Bridge.Delivery;
using Devices.Bridge.Patrol;
using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Alerts;

/// <summary>Everything that is wrong now, from the store: open exceptions, terminals, certificates, events, dead letters, the call budget.</summary>
public sealed class AlertWatch(
    IExceptionStore exceptions, ITerminalStore terminals, IOutboxStore outbox, CallBudget budget, PlatformOptions platform, AlertOptions options,
    BridgeOptions bridge, OutboxTargets targets, IPatrolStore patrol, TimeProvider clock, IPlatformTarget? target = null)
{
    private const int MostRows = 200;
    private const long EventLasts = 3_600_000;
    private static readonly HashSet<string> UrgentCodes = ["fork", "rewound", "shared-identity"];
    private static readonly HashSet<string> UrgentEvents = ["tamper", "door", "liveness-off"];

    public async Task<IReadOnlyList<Alert>> LookAsync(CancellationToken cancellationToken)
    {
        long now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        AlertWords words = AlertWords.Of(options.Language);
        List<Alert> found = [];
        foreach (ExceptionRow row in await exceptions.ExceptionsAsync(SiteScope.All, includeResolved: false, MostRows, cancellationToken))
            found.Add(new($"exception|{row.Source}|{row.Code}|{row.Terminal}|{row.Ledger}|{row.FirstAt}", UrgentCodes.Contains(row.Code) ? AlertRank.Urgent : AlertRank.Normal, Counted(row, options.Language)));

        DateTimeZone zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];
        foreach (TerminalRow terminal in (await terminals.ListTerminalsAsync(SiteScope.All, cancellationToken)).Where(t => t.RevokedAt is null))
        {
            double away = (now - (terminal.LastSeenAt ?? now)) / 60_000.0;
            if (!terminal.Online && away >= options.OfflineMinutes) found.Add(new($"offline|{terminal.Name}", AlertRank.Normal, words.Offline(terminal.Name, away)));
            if (terminal.CertificateNotAfter is { } end && end - now < options.CertificateDays * 86_400_000L)
                found.Add(new($"certificate|{terminal.Name}", AlertRank.Normal, words.Certificate(terminal.Name, Instant.FromUnixTimeMilliseconds(end).InZone(zone).Date.ToString("uuuu-MM-dd", null))));
        }

        foreach (var same in (await terminals.EventsAsync(SiteScope.All, null, MostRows, cancellationToken)).Where(e => UrgentEvents.Contains(e.Kind) && now - e.ReceivedAt < EventLasts).GroupBy(e => (e.Terminal, e.Kind, e.Text)))
            found.Add(new($"event|{same.Key.Terminal}|{same.Key.Kind}|{same.Key.Text}", AlertRank.Urgent, $"{same.Key.Terminal}: {same.Key.Text}{(same.Count() > 1 ? $" (×{same.Count()})" : "")}", Momentary: true));

        // Told while it stays worse than it was; what somebody has taken note of is not in the grade.
        CultureInfo culture = options.Language == "en" ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(options.Language);
        foreach (PatrolState state in (await patrol.StatesAsync(SiteScope.All, cancellationToken)).Where(one => one.Worsened))
            found.Add(new($"patrol|{state.Terminal}|{state.Grade}", state.Grade == "D" ? AlertRank.Urgent : AlertRank.Normal,
                words.Worse(state.Terminal, state.Was!, state.Grade, string.Join(' ', state.Findings.Take(2).Select(one => PatrolWords.Found(one, culture))))));

        var counts = await outbox.CountAsync(SiteScope.All, cancellationToken);
        if (counts.GetValueOrDefault(DeliveryState.Dead) is > 0 and var dead) found.Add(new("dead-letters", AlertRank.Normal, words.Dead(dead)));
        foreach (var (other, _) in targets.All)
            if ((await outbox.CountAsync(SiteScope.All, other.Name, cancellationToken)).GetValueOrDefault(DeliveryState.Dead) is > 0 and var lost) found.Add(new($"dead-letters|{other.Name}", AlertRank.Normal, words.DeadAt(other.Name, lost)));
        if (target is not null && platform.MonthlyCalls > 0)
        {
            long used = await budget.UsedAsync(target, cancellationToken);
            int share = (int)(used * 100 / platform.MonthlyCalls);
            if (share >= 70) found.Add(new(share >= 90 ? "budget|90" : "budget|70", share >= 90 ? AlertRank.Urgent : AlertRank.Normal, words.Budget(share, used)));
        }

        return found;
    }

    // Rows with a reason hold only its detail: the sentence comes from the pages' texts.
    private static string Counted(ExceptionRow row, string language)
    {
        string text = row.Code.StartsWith("reason.", StringComparison.Ordinal) && Sentence.In(row.Code, language) is { } sentence ? row.Text == row.Code ? sentence : $"{sentence} {row.Text}" : row.Text;
        return Counted(row with { Text = text });
    }

    private static string Counted(ExceptionRow row) => $"{(row.Terminal is { } terminal && !row.Text.Contains(terminal, StringComparison.Ordinal) ? terminal + ": " : "")}{row.Text}{(row.Count > 1 ? $" (×{row.Count})" : "")}";
}
