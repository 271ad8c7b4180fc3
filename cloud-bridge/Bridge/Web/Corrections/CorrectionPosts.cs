using System.Globalization;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Actions;

namespace Devices.Bridge.Web.Corrections;

/// <summary>Buttons of the corrections' pages that ask nothing.</summary>
internal static class CorrectionPosts
{
    public static void Map(IEndpointRouteBuilder routes) => FormPosts.Post(routes, "/corrections/settle", SettleAsync, Permits.Correct);

    private static async Task<IResult> SettleAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = context.RequestServices.GetRequiredService<Viewer>();
        string target = form["target"].ToString();
        if (!long.TryParse(form["punch"], NumberStyles.None, CultureInfo.InvariantCulture, out long punch) || target.Length is 0 or > 100) return Results.StatusCode(StatusCodes.Status400BadRequest);
        bool done = await context.RequestServices.GetRequiredService<ICorrectionStore>().SettleAsync(viewer.Scope, punch, target, gone: false, viewer.Name, context.RequestAborted);
        await context.RequestServices.GetRequiredService<IAuditStore>().AuditAsync(
            viewer.Name, "correction.settle", FormattableString.Invariant($"punch {punch}"), done ? target : $"{target}: was not open", viewer.Address, context.RequestAborted);
        return FormPosts.See("/corrections");
    }
}
