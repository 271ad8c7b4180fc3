namespace Devices.Bridge.Web.Parts;

/// <summary>One page in the menu.</summary>
/// <param name="Text">Key of its name.</param>
/// <param name="Permit">The policy without which it is not shown; null for every account.</param>
public sealed record MenuItem(string Href, string Text, string? Permit = null);

/// <summary>Pages that belong together.</summary>
public sealed record MenuGroup(string Text, IReadOnlyList<MenuItem> Items);

/// <summary>Every page that can be reached without knowing somebody or something first. A new page adds its line here.</summary>
public static class SiteMenu
{
    public static IReadOnlyList<MenuGroup> Groups { get; } =
    [
        new("nav.group_attendance",
        [
            new("/", "nav.today"),
            new("/punches", "nav.punches"),
        ]),
        new("nav.group_attention",
        [
            new("/exceptions", "nav.exceptions"),
            new("/delivery", "nav.delivery"),
        ]),
        new("nav.group_people",
        [
            new("/roster", "nav.roster"),
        ]),
        new("nav.group_devices",
        [
            new("/terminals", "nav.terminals"),
        ]),
    ];
}
