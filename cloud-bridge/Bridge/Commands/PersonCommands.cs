using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Commands;

/// <summary><c>person …</c>: which sites a person belongs to, beside a running bridge.</summary>
public static class PersonCommands
{
    private const string Actor = "command line";
    private const int Longest = 64;

    /// <summary><c>person site ID SITE --data DIR [--remove] [--json]</c> assigns or takes away; <c>person sites ID --data DIR [--json]</c> lists.</summary>
    /// <exception cref="BridgeStartException">A word or flag is wrong, or there is no such person or site; the message says which.</exception>
    public static Task<int> RunAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        (string[] said, string[] flags) = CommandFlags.Split(args);
        return said switch
        {
            ["site", var person, var site] => AssignAsync(person, site, flags, output),
            ["sites", var person] => ListAsync(person, flags, output),
            _ => throw new BridgeStartException("Say what: person site ID SITE [--remove] or person sites ID, each with --data DIR."),
        };
    }

    private static async Task<int> AssignAsync(string person, string typed, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("person site", args, ["data"], ["remove", "json"]);
        string site = SiteNames.Read(typed, out string? fault) ?? throw new BridgeStartException(fault!), shown = SiteNames.Shown(site);
        bool assigned = !flags.Has("remove");
        await using SqlDatabase database = FleetCommands.Open(flags);
        AssignVerdict verdict = await new SqlPeopleSites(database, TimeProvider.System).AssignAsync(SiteScope.All, person, site, assigned, Actor);
        string named = person.Length > Longest ? person[..Longest] : person;
        switch (verdict)
        {
            case AssignVerdict.UnknownPerson:
                throw new BridgeStartException($"There is no person '{named}' in the roster: give the platform's userid, as the page of people shows it.");
            case AssignVerdict.UnknownSite:
                throw new BridgeStartException($"There is no site '{shown}': 'terminal list' shows which there are.");
            case AssignVerdict.Left:
                throw new BridgeStartException($"{named} has left: only who works here is assigned to a site.");
            default:
                bool changed = verdict == AssignVerdict.Done;
                await output.WriteLineAsync(flags.Has("json") ? JsonSerializer.Serialize(new { person, site, assigned, changed })
                    : assigned ? (changed ? $"{named} is assigned to {shown} now: whoever may see {shown} sees this person." : $"{named} is assigned to {shown} already.")
                    : changed ? $"{named} is no longer assigned to {shown}; where there are punches or an enrolment of this person there, {shown} still sees them." : $"{named} was not assigned to {shown}.");
                return 0;
        }
    }

    private static async Task<int> ListAsync(string person, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("person sites", args, ["data"], ["json"]);
        await using SqlDatabase database = FleetCommands.Open(flags);
        if (await new SqlPeopleStore(database, TimeProvider.System).FindPersonAsync(SiteScope.All, person) is null)
            throw new BridgeStartException($"There is no person '{(person.Length > Longest ? person[..Longest] : person)}' in the roster: give the platform's userid, as the page of people shows it.");
        IReadOnlyList<AssignedSite> sites = await new SqlPeopleSites(database, TimeProvider.System).OfAsync(SiteScope.All, person);
        if (flags.Has("json"))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(sites.Select(one => new { site = one.Site, assigned_at = one.AssignedAt, assigned_by = one.AssignedBy })));
            return 0;
        }

        if (sites.Count == 0) await output.WriteLineAsync("Assigned to no site: seen where there are punches or an enrolment.");
        foreach (AssignedSite one in sites)
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{SiteNames.Shown(one.Site),-20}  since {DateTimeOffset.FromUnixTimeMilliseconds(one.AssignedAt):yyyy-MM-dd HH:mm} UTC by {one.AssignedBy}"));
        return 0;
    }
}
