using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Parts;

/// <summary>One page in the menu.</summary>
/// <param name="Text">Key of its name.</param>
/// <param name="Permit">The right without which it is not shown.</param>
/// <param name="EverySite">Whether it is about the whole organisation: not for whoever sees a part of it.</param>
public sealed record MenuItem(string Href, string Text, string Permit, bool EverySite = false);

/// <summary>Pages that belong together.</summary>
public sealed record MenuGroup(string Text, IReadOnlyList<MenuItem> Items);

/// <summary>Every page that can be reached without knowing somebody or something first. A new page adds its line here.</summary>
public static class SiteMenu
{
    public static IReadOnlyList<MenuGroup> Groups { get; } =
    [
        new("nav.group_attendance",
        [
            new("/", "nav.today", Permits.ReadPunches),
            new("/punches", "nav.punches", Permits.ReadPunches),
            new("/corrections", "nav.corrections", Permits.ReadPunches),
            new("/closings", "nav.closings", Permits.ReadPunches),
            new("/exports", "nav.exports", Permits.Export),
            new("/department/month", "nav.months", Permits.ReadPunches),
            new("/statistics", "nav.statistics", Permits.ReadPunches),
            new("/walls", "nav.walls", Permits.Export),
        ]),
        new("nav.group_attention",
        [
            new("/exceptions", "nav.exceptions", Permits.ReadTerminals),
            new("/delivery", "nav.delivery", Permits.ReadTerminals, EverySite: true),
        ]),
        new("nav.group_people",
        [
            new("/people", "nav.people", Permits.ReadPeople),
            new("/roster", "nav.roster", Permits.ReadPeople, EverySite: true),
            new("/privacy", "privacy.title", Permits.Privacy),
            new("/phones", "phones.title", Permits.Privacy),
        ]),
        new("nav.group_devices",
        [
            new("/terminals", "nav.terminals", Permits.ReadTerminals),
            new("/wishes", "nav.wishes", Permits.Operate),
            new("/patrol", "patrol.title", Permits.ReadTerminals),
            new("/claims", "claims.title", Permits.Operate),
            new("/releases", "rel.title", Permits.ReadTerminals, EverySite: true),
            new("/webhook", "hook.title", Permits.Operate, EverySite: true),
        ]),
        new("nav.group_administration",
        [
            new("/accounts", "accounts.title", Permits.ReadAccounts, EverySite: true),
            new("/api-keys", "nav.keys", Permits.ManageSettings, EverySite: true),
            new("/audit", "nav.audit", Permits.ReadAudit, EverySite: true),
            new("/rules", "nav.rules", Permits.ManageRules, EverySite: true),
            new("/plan", "nav.plan", Permits.ManageRules, EverySite: true),
            new("/settings", "nav.settings", Permits.ManageSettings, EverySite: true),
        ]),
    ];

    /// <summary>What this viewer may open, without groups that would be empty.</summary>
    public static IReadOnlyList<MenuGroup> For(Viewer viewer)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        return [.. Groups.Select(g => g with { Items = [.. g.Items.Where(i => i.EverySite ? viewer.MayEverywhere(i.Permit) : viewer.May(i.Permit))] }).Where(g => g.Items.Count > 0)];
    }
}
