using System.Globalization;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Time;
using Devices.Bridge.Wifi;
using NodaTime;

namespace Devices.Bridge.Web.Actions;

/// <summary>What the buttons about phones do: register one with its consent, withdraw it, say what a site makes of them.</summary>
internal static class PhonePosts
{
    private const int Longest = 64;

    /// <summary>Keys of the sentences for what was not done.</summary>
    public static IReadOnlyList<string> Problems { get; } =
        ["privacy.bad_person", "privacy.bad_consent", "privacy.not_in_force", "phones.bad_address", "phones.taken", "phones.too_many", "phones.bad_site", "phones.not_accepted"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        FormPosts.Post(routes, "/phones/add", AddAsync, Permits.Privacy);
        FormPosts.Post(routes, "/phones/{id:long}/withdraw", WithdrawAsync, Permits.Privacy);
        FormPosts.Post(routes, "/phones/policy", PolicyAsync, Permits.Privacy);
    }

    private static async Task<IResult> AddAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = FormPosts.Service<Viewer>(context);
        SiteClock clock = FormPosts.Service<SiteClock>(context);
        string person = Text(form, "person"), version = Text(form, "version"), channel = Text(form, "channel"), site = form["site"].ToString();
        if (await FormPosts.Service<IPeopleStore>(context).FindPersonAsync(viewer.Scope, person, context.RequestAborted) is null) return Back("privacy.bad_person");
        if (site == WifiPhone.EverySite ? !viewer.Scope.Everything : !await IsSiteAsync(context, site)) return Back("phones.bad_site");
        if (MacAddress.Read(form["mac"]) is not { } mac) return Back("phones.bad_address");
        if (version.Length == 0 || channel.Length == 0 || !SiteClock.TryRead(Text(form, "given"), out LocalDateTime day, out bool whole) || !whole || day.Date > clock.Today) return Back("privacy.bad_consent");
        PhoneVerdict verdict = await FormPosts.Service<IWifiStore>(context)
            .AddPhoneAsync(new(person, mac.Text, mac.IsPrivate, site, version, channel, clock.Start(day, true)), viewer.Name, context.RequestAborted);
        return verdict switch
        {
            PhoneVerdict.NoPerson => Back("privacy.bad_person"),
            PhoneVerdict.Taken => Back("phones.taken"),
            PhoneVerdict.TooMany => Back("phones.too_many"),
            _ => FormPosts.See(mac.IsPrivate ? "/phones?added=private" : "/phones"),
        };
    }

    private static async Task<IResult> WithdrawAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = FormPosts.Service<Viewer>(context);
        long id = long.Parse(context.GetRouteValue("id")!.ToString()!, CultureInfo.InvariantCulture);
        return Back(await FormPosts.Service<IWifiStore>(context).WithdrawAsync(viewer.Scope, id, viewer.Name, context.RequestAborted) ? null : "privacy.not_in_force");
    }

    private static async Task<IResult> PolicyAsync(HttpContext context, IFormCollection form)
    {
        string site = form["site"].ToString(), policy = form["policy"].ToString();
        if (!await IsSiteAsync(context, site) || !WifiPolicies.All.Contains(policy)) return Back("phones.bad_site");
        bool accepted = form["accept"] == "1";
        // A tick that is asked for with each setting, never taken from an earlier one.
        if (policy == WifiPolicies.Punch && !accepted) return Back("phones.not_accepted");
        await FormPosts.Service<IWifiStore>(context).SetPolicyAsync(site, policy, accepted, FormPosts.Actor(context), context.RequestAborted);
        return Back(null);
    }

    // Only a site that is there, and is this viewer's.
    private static async Task<bool> IsSiteAsync(HttpContext context, string site) =>
        (await FormPosts.Service<IWifiStore>(context).SitesAsync(FormPosts.Service<Viewer>(context).Scope, context.RequestAborted)).Any(one => one.Site == site);

    private static string Text(IFormCollection form, string name) => form[name].ToString().Trim() is { Length: <= Longest } text && !text.Any(char.IsControl) ? text : "";

    private static SeeOther Back(string? problem) => FormPosts.See(problem is null ? "/phones" : $"/phones?problem={problem}");
}
