using System.Globalization;
using Devices.Bridge.Attendance;
using Devices.Bridge.Store;
using Devices.Contract.Punches;
using NodaTime;

namespace Devices.Bridge.Notices;

/// <summary>
/// Makes a notice of each new punch of a person whose guardians consented. A punch whose time is not certain is never told. The mark
/// moves on in the transaction that adds the notices, and a notice's cause is its punch: a crash neither loses nor doubles one.
/// </summary>
public sealed class GuardianFeed(IPunchStore punches, INoticeStore notices, ISettingStore settings, SitePlan plan, NoticeOptions options, BridgeOptions bridge, TimeProvider clock)
{
    private const string Mark = "notices.punches";
    private const int Page = 200;
    private const int MostRecipients = 100;
    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[bridge.Site.TimeZone];

    /// <summary>Looks at what came since the last time. Returns how many notices were made.</summary>
    public async Task<int> StepAsync(CancellationToken cancellationToken)
    {
        if (!long.TryParse(await settings.GetSettingAsync(Mark, cancellationToken), NumberStyles.None, CultureInfo.InvariantCulture, out long after))
        {
            // Switched on just now: what was before is told to nobody.
            await settings.SetSettingAsync(Mark, Text(await notices.LastPunchAsync(cancellationToken)), cancellationToken);
            return 0;
        }

        int made = 0;
        while (await punches.ListAfterAsync(SiteScope.All, after, Page, cancellationToken) is { Count: > 0 } page)
        {
            Dictionary<string, List<NoticeConsent>> told = [];
            foreach (NoticeConsent consent in await notices.ConsentsAsync(null, includeEnded: false, cancellationToken))
            {
                if (!told.TryGetValue(consent.Person, out List<NoticeConsent>? own)) told[consent.Person] = own = [];
                own.Add(consent);
            }

            List<NewNotice> fresh = [];
            foreach (StoredPunch punch in page)
            {
                // Of what happened at a terminal; what HR adds or changes is no arrival.
                if (punch.Standing.Corrected || punch.Punch.Clock == ClockQuality.Held || !told.TryGetValue(punch.Punch.Person, out List<NoticeConsent>? own) || IsOld(punch)) continue;
                // Not what was before the consent, however late it comes.
                List<string> recipients = [.. own.Where(c => c.GivenAt <= punch.Punch.At).Select(c => c.Recipient)];
                if (recipients.Count == 0) continue;
                string text = NoticeText.OfPunch(punch, _zone, await IsFirstAsync(punch, cancellationToken), options.Language);
                fresh.AddRange(recipients.Order(StringComparer.Ordinal).Chunk(MostRecipients).Select((chunk, i) => new NewNotice($"punch:{Text(punch.Id)}:{i}", NoticeKind.Guardian, punch.Punch.Person, text, chunk)));
            }

            after = page[^1].Id;
            made += await notices.AddAsync(fresh, (Mark, Text(after)), cancellationToken);
            if (page.Count < Page) break;
        }

        return made;
    }

    private bool IsOld(StoredPunch punch) => clock.GetUtcNow().ToUnixTimeMilliseconds() - punch.Punch.At > options.GuardianMinutes * 60_000L;

    // Of its attendance day: a night's second punch is not an arrival.
    private async Task<bool> IsFirstAsync(StoredPunch punch, CancellationToken cancellationToken)
    {
        Instant at = Instant.FromUnixTimeMilliseconds(punch.Punch.At);
        AttendanceWindows windows = plan.Around(at.InZone(_zone).Date);
        LocalDate day = windows.DayOf(at);
        await foreach (StoredPunch other in punches.StreamAsync(SiteScope.All, new() { Person = punch.Punch.Person, From = (at - Duration.FromHours(36)).ToUnixTimeMilliseconds(), To = punch.Punch.At }, cancellationToken))
            if (other.Standing.Counts && other.Punch.Person == punch.Punch.Person && other.Punch.Clock != ClockQuality.Held && windows.DayOf(Instant.FromUnixTimeMilliseconds(other.Punch.At)) == day) return false;
        return true;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
