using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Actions;

/// <summary>What the buttons of the page of one person do.</summary>
internal static class PersonPosts
{
    /// <summary>Keys of the sentences for what came of it.</summary>
    public static IReadOnlyList<string> Told { get; } = ["person.told_done", "person.told_same", "person.told_unknownperson", "person.told_unknownsite", "person.told_left"];

    public static void Map(IEndpointRouteBuilder routes) => FormPosts.Post(routes, "/person/sites", AssignAsync, Permits.ManagePeople);

    private static async Task<IResult> AssignAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = FormPosts.Service<Viewer>(context);
        string person = form["person"].ToString(), site = form["site"].ToString();
        AssignVerdict verdict = await FormPosts.Service<IPeopleSites>(context).AssignAsync(viewer.Scope, person, site, form["assigned"] == "1", viewer.Name, viewer.Address, context.RequestAborted);
        // Whoever took away the only reason to see somebody sees them no more.
        if (verdict == AssignVerdict.UnknownPerson || await FormPosts.Service<IPeopleStore>(context).FindPersonAsync(viewer.Scope, person, context.RequestAborted) is null)
            return FormPosts.See($"/people?told={Names.Lower(verdict)}");
        return FormPosts.See($"/person?id={Uri.EscapeDataString(person)}&told={Names.Lower(verdict)}");
    }
}
