using System.Globalization;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Rules;

namespace Devices.Bridge.Web.Actions;

/// <summary>HR's rules, and wishes about the settings of all terminals or of a site's.</summary>
internal static class RulePosts
{
    private const string Set = "set.";
    private const string Was = "was.";

    /// <summary>Keys of the sentences for what came of it.</summary>
    public static IReadOnlyList<string> Told { get; } = ["rules.told_done", "rules.told_same", "rules.told_changed", "rules.told_bad", "rules.told_configured", "rules.told_unknown"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        FormPosts.Post(routes, "/rules/set", RulesAsync, Permits.ManageRules, Permits.EverySite);
        FormPosts.Post(routes, "/wishes/set", WishesAsync, Permits.Operate);
    }

    private static async Task<IResult> RulesAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = FormPosts.Service<Viewer>(context);
        Dictionary<string, (string, string)> typed = form.Where(one => one.Key.StartsWith(Set, StringComparison.Ordinal))
            .ToDictionary(one => one.Key[Set.Length..], one => (form[Was + one.Key[Set.Length..]].ToString(), one.Value.ToString()), StringComparer.Ordinal);
        (string told, string? key) = await FormPosts.Service<HrRules>(context).ChangeAsync(typed, viewer.Name, viewer.Address, context.RequestAborted);
        return FormPosts.See($"/rules?told={told}{(key is null ? "" : $"&key={Uri.EscapeDataString(key)}")}");
    }

    private static async Task<IResult> WishesAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = FormPosts.Service<Viewer>(context);
        bool all = form["scope"] != "site";
        string site = form["site"].ToString();
        // What is wished of all terminals is for whoever may see all of them.
        if (all ? !viewer.Scope.Everything : !viewer.Scope.Holds(site)) return Results.NotFound();
        string back = all ? "/wishes?" : $"/wishes?site={Uri.EscapeDataString(site)}&";
        IReadOnlyDictionary<string, string?> changes = ConfigInput.Read(
            form.Where(one => one.Key.StartsWith(Set, StringComparison.Ordinal)).Select(one => KeyValuePair.Create(one.Key[Set.Length..], (string?)one.Value.ToString())), out IReadOnlyDictionary<string, string> faults);
        if (faults.Count > 0) return FormPosts.See($"{back}told=bad&key={Uri.EscapeDataString(string.Join(',', faults.Keys.Take(20)))}");
        if (!long.TryParse(form["revision"], NumberStyles.None, CultureInfo.InvariantCulture, out long revision)) return Results.StatusCode(StatusCodes.Status400BadRequest);
        ConfigVerdict verdict = await FormPosts.Service<IConfigStore>(context).SetAsync(
            all ? ConfigScope.All : ConfigScope.Site, all ? "" : site, changes, viewer.Name, viewer.Address, revision, context.RequestAborted);
        return FormPosts.See($"{back}told={verdict switch { ConfigVerdict.Done => "done", ConfigVerdict.Same => "same", ConfigVerdict.Changed => "changed", _ => "unknown" }}");
    }
}
