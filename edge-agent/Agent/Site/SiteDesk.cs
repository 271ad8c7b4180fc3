using System.Globalization;
using System.Text;
using System.Text.Json;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Vision.Match;

namespace Devices.Edge.Agent.Site;

/// <summary>
/// This terminal among those of its site: who may have the site key, what of a person the others are told, what they tell. A terminal gets the
/// key from one that has it, after people have compared codes at both; the bridge hands on and reads nothing. See the README's threats.
/// </summary>
public sealed partial class SiteDesk(
    string terminal, SiteKeys keys, SitePapers papers, PeopleStore people, PinBook pins, Func<FaceModels?> models, Narration narration, TimeProvider time, PhotoBox? photos = null)
{
    // A key is made anew by one terminal, not by all at once: each waits longer than the one before it in the alphabet.
    private static readonly TimeSpan TurnOf = TimeSpan.FromSeconds(60);
    private const string LineKey = "relay.line";
    private const string RevisionKey = "relay.revision";
    private const string ExchangeKey = "relay.exchange";
    private const string NameKey = "relay.site";
    private const string LeavingKey = "site.leaving";
    private const string JoiningKey = "site.joining";
    private const string PublishedKey = "site.key";
    private const string MemberKey = "site.member";
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _due = new(StringComparer.Ordinal);
    private string? _problem;

    /// <summary>Raised where something is to be sent.</summary>
    public event Action? Changed;

    public string Code => SiteCode.Of(terminal, keys.Public);

    /// <summary>For hello and <c>applied</c>; null before the bridge's first records.</summary>
    public RelayApplied? State() => people.Down(LineKey) is { } line
        ? new() { Line = Guid.Parse(line), Revision = long.Parse(people.Down(RevisionKey) ?? "0", CultureInfo.InvariantCulture), Site = people.Down(NameKey), Problem = _problem } : null;

    /// <summary>The site's name as the bridge says; empty for the main one, null where none has told it.</summary>
    public string? SiteName => people.Down(NameKey);

    public SiteStatus Status()
    {
        lock (_gate)
        {
            return new(terminal, Code, keys.Current?.Site, keys.Current?.Epoch ?? 0, people.DirtyCount, _problem,
                [.. people.Members().Select(one => new SiteMemberStatus(one.Terminal, SiteCode.Of(one.Terminal, one.Public), one.State))]);
        }
    }

    /// <summary>Makes the site's first key. Null, or one sentence why not.</summary>
    public string? Create()
    {
        lock (_gate)
        {
            if (keys.Current is not null) return "This terminal belongs to a site already.";
            people.ForgetSeen();
            keys.Set(SiteKey.Make(null));
            people.DirtyAll(unseenOnly: true);
            people.SetDown(PublishedKey, keys.Current!.Id);
            narration.Tell("site", "This terminal has made the key of a new site. Approve the site's other terminals with 'devices site approve'.");
        }

        Changed?.Invoke();
        return null;
    }

    /// <summary>Somebody has compared another terminal's code: it belongs to the site, and gets the key where this one has it. Null, or one sentence why not.</summary>
    public string? Approve(string other, string code)
    {
        lock (_gate)
        {
            if (people.Members().FirstOrDefault(one => one.Terminal == other) is not { } member) return $"The bridge has not told of a terminal '{other}' at this site yet.";
            if (!SiteCode.IsSame(SiteCode.Of(other, member.Public), code)) return $"That is not the code of {other} as it came here. Read it again at {other} ('devices site status'); if it is right there, somebody between has put another key in its place: do not go on.";
            if (IsRevoked(member.Public)) return $"{other} was revoked with this key: run 'devices site leave' there, and compare its new code.";
            people.PutMember(member with { State = SiteMember.Approved });
            narration.Tell("site", $"{other} was approved at this terminal.");
            if (keys.Current is null)
            {
                // What it has sent for us is asked for again.
                people.SetDown(RevisionKey, "0");
            }
            else
            {
                Grant(member);
                TellRoll();
            }
        }

        Changed?.Invoke();
        return null;
    }

    /// <summary>Takes a terminal out: a new key is made, which it does not get. Null, or one sentence why not.</summary>
    public string? Revoke(string other)
    {
        lock (_gate)
        {
            if (keys.Current is null) return "This terminal belongs to no site.";
            if (people.Members().FirstOrDefault(one => one.Terminal == other) is not { } member) return $"There is no terminal '{other}' at this site.";
            if (member.State == SiteMember.Revoked) return $"{other} was revoked already.";
            NewKey(member);
        }

        Changed?.Invoke();
        return null;
    }

    /// <summary>Forgets the site and its keys; people and templates stay on this terminal.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            keys.Renew();
            people.ForgetSite();
            _problem = null;
            narration.Tell("site", $"This terminal has left its site and made another exchange key. Its code is {Code} now.");
        }

        Changed?.Invoke();
    }

    /// <summary>To be called now and then: makes the key anew where that is this terminal's turn.</summary>
    public void Tick()
    {
        lock (_gate)
        {
            FinishLeaving();
            if (keys.Current is null) return;
            // A crash between the key and its grants.
            if (people.Down(PublishedKey) != keys.Current.Id) TellKey();
            foreach (SiteMember member in people.Members().Where(one => one.State == SiteMember.Leaving))
            {
                if (!_due.TryGetValue(member.Terminal, out long due))
                {
                    int rank = people.Members().Count(one => one.State == SiteMember.Approved && string.CompareOrdinal(one.Terminal, terminal) < 0);
                    _due[member.Terminal] = due = time.GetTimestamp() + (long)(TurnOf.TotalSeconds * rank * time.TimestampFrequency);
                }

                if (time.GetTimestamp() < due) continue;
                _due.Remove(member.Terminal);
                NewKey(member);
            }
        }
    }

    // The other terminals get the new key each by itself; everything is sealed anew with it, so that the old one opens nothing from now on.
    private void NewKey(SiteMember without)
    {
        people.Revoke(without.Terminal, without.Public);
        keys.Set(SiteKey.Make(keys.Current));
        TellKey();
        narration.Warn("site", string.Create(CultureInfo.InvariantCulture, $"{without.Terminal} belongs to the site no more. Key {keys.Current!.Epoch} of the site was made without it; everybody is sealed anew."));
    }

    private void TellKey()
    {
        foreach (SiteMember member in people.Members().Where(one => one.State == SiteMember.Approved)) Grant(member);
        TellRoll();
        people.DirtyAll(unseenOnly: false);
        people.SetDown(PublishedKey, keys.Current!.Id);
    }

    private void Grant(SiteMember to)
    {
        SiteKey key = keys.Current!;
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new GrantBody(key.Site, key.Epoch, key.Id, key.Key, Roll()), SiteJson.Default.GrantBody);
        Put($"grant|{to.Terminal}", new()
        {
            Kind = SiteKinds.Grant, Terminal = terminal, To = to.Terminal, Body = Convert.ToBase64String(Hpke.Seal(to.Public, keys.Exchange, GrantInfo(terminal, to.Terminal), [], body)),
        });
        Array.Clear(body);
    }

    private void TellRoll() => Put("roll", SiteSeal.Seal(keys.Current!, new() { Kind = SiteKinds.Roll, Terminal = terminal, Body = "" }, JsonSerializer.SerializeToUtf8Bytes(Roll(), SiteJson.Default.ListRollEntry)));

    private List<RollEntry> Roll() =>
    [
        new(terminal, keys.Public, false), .. people.Members().Where(one => one.State == SiteMember.Approved).Select(one => new RollEntry(one.Terminal, one.Public, false)),
        .. people.RevokedKeys().Select(one => new RollEntry(one.Terminal, one.Public, true)),
    ];

    private void Put(string slot, SiteRecord record) => people.PutOut(slot, Encoding.UTF8.GetString(ContractCodec.Write(record, ContractJson.Default.SiteRecord)));

    private bool IsRevoked(byte[] exchange) => people.RevokedKeys().Any(one => one.Public.AsSpan().SequenceEqual(exchange));

    private static byte[] GrantInfo(string from, string to) => Encoding.ASCII.GetBytes($"devices.site.grant.1\0{from}\0{to}");

    private FaceGallery? GalleryOf(string? pack) => models() is { } running && running.Templates.ToString() == pack ? running.Gallery : null;
}

/// <summary><c>GET /site</c>.</summary>
/// <param name="Code">To be compared at another terminal.</param>
/// <param name="Site">Null where this terminal belongs to none.</param>
/// <param name="Epoch">Which key of the site is in force.</param>
/// <param name="Untold">People whose data the other terminals have not been told.</param>
public sealed record SiteStatus(string Terminal, string Code, Guid? Site, long Epoch, long Untold, string? Problem, IReadOnlyList<SiteMemberStatus> Members);

/// <summary>Another terminal.</summary>
/// <param name="State"><c>waiting</c>, <c>approved</c>, <c>leaving</c> or <c>revoked</c>.</param>
public sealed record SiteMemberStatus(string Terminal, string Code, string State);
