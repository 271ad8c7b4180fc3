using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Actions;

/// <summary>What the buttons of the account pages do.</summary>
internal static class AccountPosts
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        FormPosts.Post(routes, "/account/sessions/end", EndOwnAsync, Permits.OwnAccount);
        Post(routes, "rights", (desk, viewer, name, form, stop) =>
            desk.SetRightsAsync(name, [.. form["role"].OfType<string>()], AccountDesk.Scope(form["every"], form["site"].OfType<string>()), form["email"], viewer.Name, viewer.Address, stop));
        Post(routes, "disable", (desk, viewer, name, _, stop) => desk.SetDisabledAsync(name, true, viewer.Name, viewer.Address, stop));
        Post(routes, "enable", (desk, viewer, name, _, stop) => desk.SetDisabledAsync(name, false, viewer.Name, viewer.Address, stop));
        Post(routes, "second-reset", (desk, viewer, name, _, stop) => desk.ResetSecondAsync(name, viewer.Name, viewer.Address, stop));
        Post(routes, "link", (desk, viewer, name, form, stop) => desk.LinkAsync(name, form["provider"].ToString(), form["subject"], viewer.Name, viewer.Address, stop));
        Post(routes, "unlink", async (desk, viewer, name, form, stop) =>
        {
            await desk.UnlinkAsync(name, form["provider"].ToString(), form["issuer"].ToString(), form["subject"].ToString(), viewer.Name, viewer.Address, stop);
            return null;
        });
        Post(routes, "sessions/end", async (desk, viewer, name, form, stop) =>
        {
            await desk.EndSessionsAsync(name, form["all"].Count > 0 ? null : form["id"].ToString(), null, viewer.Name, viewer.Address, stop);
            return null;
        });
    }

    private static void Post(IEndpointRouteBuilder routes, string what, Func<AccountDesk, Viewer, string, IFormCollection, CancellationToken, Task<string?>> work) =>
        FormPosts.Post(routes, $"/accounts/{{name}}/{what}", async (context, form) =>
        {
            string name = context.GetRouteValue("name")?.ToString() ?? "";
            string? problem = await work(FormPosts.Service<AccountDesk>(context), FormPosts.Service<Viewer>(context), name, form, context.RequestAborted);
            return FormPosts.See($"/accounts/{Uri.EscapeDataString(name)}{(problem is null ? "" : $"?problem={problem}")}");
        }, Permits.ManageAccounts, Permits.EverySite);

    private static async Task<IResult> EndOwnAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = FormPosts.Service<Viewer>(context);
        string? own = context.User.FindFirst(SignIn.Session)?.Value;
        await FormPosts.Service<AccountDesk>(context).EndSessionsAsync(
            viewer.Name, form["others"].Count > 0 ? null : form["id"].ToString(), own, viewer.Name, viewer.Address, context.RequestAborted);
        return FormPosts.See("/account");
    }
}
