using System.Text.Json;
using Devices.Bridge.Delivery;
using Devices.Bridge.Store;
using NodaTime;

namespace Devices.Bridge.Alerts;

/// <summary>Looks, gathers, tells: one message at most a look, sent again under the same id until it is answered.</summary>
public sealed class AlertService(
    AlertWatch watch, DailyStatistics daily, RobotClient robot, ISettingStore settings, IOutboxStore outbox, IExceptionStore exceptions, AlertOptions options, BridgeOptions bridge,
    TimeProvider clock, ILogger<AlertService> log)
    // Not at once: after a restart the terminals first come back.
    : PeriodicService(TimeSpan.FromSeconds(options.EverySeconds), TimeSpan.FromSeconds(options.EverySeconds), "Alerts could not be told now; tried again.", LogLevel.Error, clock, log)
{
    private const string Key = "alerts.book";
    private const string Source = "alerts";
    private const string Meter = "robot";
    private static readonly TimeSpan BlockedFor = TimeSpan.FromMinutes(10);

    private int _failures;

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken) => await StepAsync(cancellationToken);

    /// <summary>One look. Returns how long to rest.</summary>
    public async Task<TimeSpan> StepAsync(CancellationToken cancellationToken)
    {
        TimeSpan every = TimeSpan.FromSeconds(options.EverySeconds);
        AlertBook book = Read(await settings.GetSettingAsync(Key, cancellationToken));
        // What is about alerts itself cannot be told by alert.
        IReadOnlyList<Alert> current = [.. (await watch.LookAsync(cancellationToken)).Where(a => !a.Cause.StartsWith($"exception|{Source}|", StringComparison.Ordinal))];
        if (book.Message is null)
        {
            book = book.WithoutPast(current);
            ZonedDateTime now = Instant.FromDateTimeOffset(Clock.GetUtcNow()).InZone(DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone]);
            bool quiet = QuietHours.TryParse(options.QuietHours, out QuietHours hours) && hours.Contains(now.TimeOfDay);
            bool spent = await outbox.MeterAsync(Month(now), Meter, 0, cancellationToken) >= options.MonthlyMessages;
            AlertBook.Outgoing? message = AlertMessage.Compose(book, current, now, TimeSpan.FromHours(options.RepeatHours), quiet || spent, AlertWords.Of(options.Language));
            // What is wrong goes first; the statistics wait for the next look.
            if (message is null && !spent && await daily.DueAsync(book.Daily, cancellationToken) is { } due)
            {
                book = book with { Daily = due.Key };
                message = due.Message;
            }

            if (message is null) return every;
            book = book with { Message = message };
            // Before it goes out: after a crash it is the same message, with the same id.
            await settings.SetSettingAsync(Key, JsonSerializer.Serialize(book), cancellationToken);
            await outbox.MeterAsync(Month(now), Meter, 1, cancellationToken);
        }

        RobotAnswer answer = await robot.SendAsync(book.Message!, cancellationToken);
        if (answer.Verdict is RobotVerdict.Taken or RobotVerdict.Content)
        {
            // Content is noted as told too: the same words would be refused for ever, and hide what comes after them.
            await settings.SetSettingAsync(Key, JsonSerializer.Serialize(book.Sent()), cancellationToken);
            _failures = 0;
            if (answer.Verdict == RobotVerdict.Taken) await exceptions.ResolveAllAsync(Source, "robot", null, "bridge", cancellationToken);
        }

        if (answer.Text is { } why)
        {
            Log.LogWarning("An alert was not told: {Why}", why);
            if (answer.Verdict is RobotVerdict.Configuration or RobotVerdict.Content || _failures >= 5)
                await exceptions.RaiseAsync(new(Source, "robot", why) { Cause = $"{Source}|robot" }, cancellationToken);
        }

        return answer.Verdict switch
        {
            RobotVerdict.Blocked => BlockedFor,
            RobotVerdict.Again or RobotVerdict.Configuration => BackOff.After(++_failures, options.EverySeconds, 900),
            _ => every,
        };
    }

    private static string Month(ZonedDateTime now) => now.ToString("uuuu-MM", null);

    private AlertBook Read(string? text)
    {
        if (text is null) return new();
        try
        {
            return JsonSerializer.Deserialize<AlertBook>(text) ?? new();
        }
        catch (JsonException fault)
        {
            Log.LogWarning("What was told before cannot be read and is told again: {Fault}", fault.Message);
            return new();
        }
    }
}
