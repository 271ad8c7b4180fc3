using System.Globalization;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Store;

namespace Devices.Bridge.Notices;

/// <summary>
/// Takes notices from the outbox to the platform, and asks who got them. There is no idempotency key and no way to ask about a call whose
/// answer did not come; but the platform gives a person an identical text once a day. So the same bytes are sent again on the same day: what
/// had arrived is dropped there (the result then says 143106, which counts as "got it"), what had not arrives. When the day is over
/// that no longer holds, and the notice is said to be doubtful instead of being sent twice.
/// </summary>
public sealed class NoticeSender(
    INoticeStore notices, WorkNotifications platform, IExceptionStore exceptions, NoticeOptions options, DingTalkOptions dingTalk, TimeProvider clock, ILogger<NoticeSender> log)
{
    /// <summary>Source of its rows in the exceptions list.</summary>
    public const string Source = "notices";

    private const int Together = 20;

    // A school's morning is worked off in one go; then new punches are looked for.
    private const int Rounds = 25;
    private const double LongestWait = 900;
    private const int MostAttempts = 6;
    private const long Minute = 60_000;
    private static readonly TimeSpan ResultLasts = TimeSpan.FromHours(24);

    private DateTimeOffset Now => clock.GetUtcNow();

    private string Today => Now.ToOffset(TimeSpan.FromHours(dingTalk.UtcOffsetHours)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>At start: an attempt that was under way may have arrived.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        int left = await notices.RecoverAsync(cancellationToken);
        if (left > 0) log.LogWarning("{Count} notices were being sent when the bridge stopped: the same text goes out again, which the platform drops where it had arrived.", left);
    }

    /// <summary>Works through what is due. Returns how long the platform asks to be left alone, if it does.</summary>
    public async Task<TimeSpan?> StepAsync(CancellationToken cancellationToken)
    {
        for (int round = 0; round < Rounds; round++)
        {
            IReadOnlyList<NoticeRow> due = await notices.DueAsync(Now.ToUnixTimeMilliseconds(), Together, cancellationToken);
            foreach (NoticeRow notice in due)
            {
                TimeSpan? wait = notice.State == NoticeState.Sent ? await CheckAsync(notice, cancellationToken) : await SendAsync(notice, cancellationToken);
                if (wait is not null) return wait;
            }

            if (due.Count < Together) break;
        }

        return null;
    }

    private async Task<TimeSpan?> SendAsync(NoticeRow notice, CancellationToken cancellationToken)
    {
        string today = Today;
        if (notice.Unsure > 0 && notice.Day != today)
        {
            await EndAsync(notice, NoticeState.Doubtful, "no answer came, and the day is over", cancellationToken);
            return null;
        }

        List<string> recipients = await RecipientsAsync(notice, today, cancellationToken);
        if (recipients.Count == 0) return null;
        // 5,000 recipients a minute, over restarts too: what was sent is in the store.
        if (await notices.RecipientsSinceAsync(Now.AddMinutes(-1).ToUnixTimeMilliseconds(), cancellationToken) + recipients.Count > options.RecipientsPerMinute) return TimeSpan.FromSeconds(5);

        NoticeChange sending = Change(notice) with { State = NoticeState.Sending, Attempts = notice.Attempts + 1, Day = today, SentAt = Now.ToUnixTimeMilliseconds() };
        await notices.ChangeAsync(notice.Id, sending, cancellationToken);
        // From here on the call is not given up half-way on a stop.
        (string? task, DeliveryOutcome outcome) = await platform.SendAsync(recipients, notice.Text, CancellationToken.None);
        long now = Now.ToUnixTimeMilliseconds();
        switch (outcome.Kind)
        {
            case OutcomeKind.Accepted when task is not null:
                await notices.ChangeAsync(notice.Id, sending with { State = NoticeState.Sent, TaskId = task, Reason = null, NextAt = now + (long)(options.CheckSeconds * 1000) }, CancellationToken.None);
                await exceptions.ResolveAllAsync(Source, "reason.notices_stopped", null, "bridge", CancellationToken.None);
                return null;
            case OutcomeKind.Ambiguous:
                await notices.ChangeAsync(notice.Id, sending with { State = NoticeState.Pending, Unsure = notice.Unsure + 1, Reason = outcome.Reason, NextAt = now + Wait(sending.Attempts) }, CancellationToken.None);
                return null;
            case OutcomeKind.Refused:
            case OutcomeKind.Transient when sending.Attempts >= outcome.MaxAttempts:
                // Where an earlier attempt may have arrived, "nobody got it" would be a guess.
                await EndAsync(notice with { Attempts = sending.Attempts, Day = today, SentAt = sending.SentAt }, notice.Unsure > 0 ? NoticeState.Doubtful : NoticeState.Failed, Words(outcome), CancellationToken.None);
                return null;
            default:
                // Surely not taken: as if it had not been tried, so it does not count to anybody's day.
                bool mine = outcome.Kind == OutcomeKind.Transient;
                TimeSpan wait = outcome.Wait ?? TimeSpan.FromMilliseconds(Wait(sending.Attempts));
                await notices.ChangeAsync(
                    notice.Id,
                    Change(notice) with { State = NoticeState.Pending, Attempts = mine ? sending.Attempts : notice.Attempts, SentAt = notice.SentAt, Reason = outcome.Reason, NextAt = mine ? now + (long)wait.TotalMilliseconds : now },
                    CancellationToken.None);
                if (outcome.Kind is OutcomeKind.Configuration or OutcomeKind.Budget)
                {
                    await exceptions.RaiseAsync(new(Source, "reason.notices_stopped", Words(outcome)) { Cause = $"{Source}|stopped" }, CancellationToken.None);
                    return TimeSpan.FromMinutes(5);
                }

                return mine ? null : wait;
        }
    }

    // Those who may still be told: the consent stands, and the day's number is not reached.
    private async Task<List<string>> RecipientsAsync(NoticeRow notice, string today, CancellationToken cancellationToken)
    {
        List<string> recipients = [.. notice.Recipients.Where(r => r.Delivered is null).Select(r => r.UserId)];
        if (notice.Kind == NoticeKind.Guardian && notice.Unsure == 0)
        {
            HashSet<string> agreed = [.. (await notices.ConsentsAsync(notice.Person, includeEnded: false, cancellationToken)).Select(c => c.Recipient)];
            List<string> withdrawn = [.. recipients.Where(r => !agreed.Contains(r))];
            recipients.RemoveAll(withdrawn.Contains);
            if (withdrawn.Count > 0) await notices.ChangeAsync(notice.Id, Change(notice) with { Recipients = [.. withdrawn.Select(r => new NoticeRecipient(r, false, "withdrawn"))] }, cancellationToken);
            if (recipients.Count == 0)
            {
                await notices.ChangeAsync(notice.Id, Change(notice) with { State = NoticeState.Withdrawn }, cancellationToken);
                return [];
            }
        }

        List<NoticeRecipient> full = [];
        foreach (string recipient in recipients)
            if (notice.Day != today && await notices.SentToAsync(recipient, today, cancellationToken) >= options.PerPersonAndDay) full.Add(new(recipient, false, WorkNotifications.DailyLimit));
        if (full.Count == 0) return recipients;
        recipients.RemoveAll(r => full.Any(f => f.UserId == r));
        await notices.ChangeAsync(notice.Id, Change(notice) with { Recipients = full }, cancellationToken);
        if (recipients.Count == 0) await EndAsync(notice, NoticeState.Failed, $"{WorkNotifications.DailyLimit}: the day's {options.PerPersonAndDay} are used up", cancellationToken);
        return recipients;
    }

    private async Task<TimeSpan?> CheckAsync(NoticeRow notice, CancellationToken cancellationToken)
    {
        long now = Now.ToUnixTimeMilliseconds(), age = now - (notice.SentAt ?? now);
        if (age > ResultLasts.TotalMilliseconds)
        {
            await EndAsync(notice, NoticeState.Doubtful, "the platform took it, and did not say within 24 hours who got it", cancellationToken);
            return null;
        }

        (TaskResult? result, DeliveryOutcome outcome) = await platform.ResultAsync(notice.TaskId!, cancellationToken);
        // As long again as it has been out already, so that a slow phone costs few questions.
        long next = now + Math.Clamp(age, (long)(options.CheckSeconds * 1000), 3_600_000);
        if (result is null)
        {
            await notices.ChangeAsync(notice.Id, Change(notice) with { NextAt = next }, cancellationToken);
            return outcome.Kind is OutcomeKind.Throttled or OutcomeKind.Banned or OutcomeKind.Unreachable or OutcomeKind.Configuration ? outcome.Wait ?? TimeSpan.FromSeconds(5) : null;
        }

        // Surely not delivered, for the platform's minute was full: those once more, the others have it.
        HashSet<string> again = notice.Attempts < MostAttempts ? [.. result.Failed.Where(f => WorkNotifications.IsTooFast(f.Value)).Select(f => f.Key)] : [];
        List<NoticeRecipient> known = [.. notice.Recipients.Where(r => !again.Contains(r.UserId)).Where(r => r.Delivered is null).Select(r => r with { Delivered = Verdict(notice, result, r.UserId), Code = result.Failed.GetValueOrDefault(r.UserId) }).Where(r => r.Delivered is not null)];
        List<NoticeRecipient> all = [.. notice.Recipients.Select(r => known.Find(k => k.UserId == r.UserId) ?? r)];
        if (all.Any(r => r.Delivered is null && again.Contains(r.UserId)) && all.All(r => r.Delivered is not null || again.Contains(r.UserId)))
        {
            await notices.ChangeAsync(notice.Id, Change(notice) with { State = NoticeState.Pending, TaskId = null, NextAt = now + Minute, Recipients = known }, cancellationToken);
            return null;
        }

        if (all.Any(r => r.Delivered is null))
        {
            await notices.ChangeAsync(notice.Id, Change(notice) with { NextAt = next, Recipients = known }, cancellationToken);
            return null;
        }

        NoticeState state = all.All(r => r.Delivered == true) ? NoticeState.Delivered : all.Any(r => r.Delivered == true) ? NoticeState.Partly : NoticeState.Failed;
        await notices.ChangeAsync(notice.Id, Change(notice) with { State = state, Recipients = known }, cancellationToken);
        // Withdrawn consents are no failure.
        List<string> missed = [.. all.Where(r => r.Delivered == false && r.Code != "withdrawn").Select(r => r.Code ?? "failed")];
        if (missed.Count > 0) await ReportAsync(notice, string.Create(CultureInfo.InvariantCulture, $"{missed.Count} of {all.Count} recipients were not reached ({string.Join(", ", missed.Distinct())})"), cancellationToken);
        return null;
    }

    // "The same content" after an attempt without an answer: that one had arrived.
    private static bool? Verdict(NoticeRow notice, TaskResult result, string person) =>
        result.Got.Contains(person) ? true
        : !result.Failed.TryGetValue(person, out string? code) ? null
        : WorkNotifications.IsSameContent(code) && notice.Unsure > 0;

    private async Task EndAsync(NoticeRow notice, NoticeState state, string why, CancellationToken cancellationToken)
    {
        await notices.ChangeAsync(notice.Id, Change(notice) with { State = state, Reason = why }, cancellationToken);
        await ReportAsync(notice, why, cancellationToken);
    }

    // One row a kind, counted: a school's morning must not fill the list. It names nobody (the group's robot repeats it): `notices` lists who it was.
    private async Task ReportAsync(NoticeRow notice, string why, CancellationToken cancellationToken)
    {
        log.LogWarning("Notice {Notice} ({Kind}): {Why}", notice.Id, notice.Kind, why);
        await exceptions.RaiseAsync(
            new(Source, notice.Kind == NoticeKind.Guardian ? "reason.notice_guardian" : "reason.notice_manager", string.Create(CultureInfo.InvariantCulture, $"{notice.Id}: {why}")) { Cause = $"{Source}|{notice.Kind}" }, cancellationToken);
    }

    private static NoticeChange Change(NoticeRow notice) =>
        new(notice.State, 0) { Attempts = notice.Attempts, Unsure = notice.Unsure, Day = notice.Day, SentAt = notice.SentAt, TaskId = notice.TaskId, Reason = notice.Reason };

    private long Wait(int attempt) => (long)BackOff.After(attempt, options.RetrySeconds, LongestWait).TotalMilliseconds;

    private static string Words(DeliveryOutcome outcome) => $"{Sentence.Of(outcome.Reason)}{(outcome.Code is { } code ? $" ({code})" : "")}";
}
