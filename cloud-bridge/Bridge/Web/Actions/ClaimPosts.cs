using System.Globalization;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Api;
using Devices.Contract.Punches;

namespace Devices.Bridge.Web.Actions;

/// <summary>The buttons of the page of claims. Who sees a part of the sites makes claims for terminals there and for no new ones.</summary>
internal static class ClaimPosts
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        FormPosts.Post(routes, "/claims/add", AddAsync, Permits.Operate);
        FormPosts.Post(routes, "/claims/{id:long}/withdraw", WithdrawAsync, Permits.Operate);
    }

    private static async Task<IResult> AddAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = FormPosts.Service<Viewer>(context);
        string? terminal = form["terminal"].ToString().Trim() is { Length: > 0 } name ? name : null, board = form["board"].ToString().Trim() is { Length: > 0 } serial ? serial : null;
        if (terminal is not null && !PunchRules.IsTerminalName(terminal)) return Wrong("terminal");
        if (!viewer.Scope.Everything && (terminal is null || await FormPosts.Service<ITerminalStore>(context).FindTerminalAsync(viewer.Scope, terminal, context.RequestAborted) is null)) return Wrong("scope");
        if (board is not null && !CsrReader.IsBoard(board)) return Wrong("board");
        if (!int.TryParse(form["hours"], NumberStyles.None, CultureInfo.InvariantCulture, out int hours) || hours is < 1 or > ClaimCommands.MaxHours) return Wrong("hours");
        string code = ClaimCode.Create();
        _ = ClaimCode.TryHash(code, out byte[] hash);
        long expires = FormPosts.Service<TimeProvider>(context).GetUtcNow().AddHours(hours).ToUnixTimeMilliseconds();
        if (!await FormPosts.Service<IClaimStore>(context).MakeAsync(hash, terminal, board, expires, viewer.Name, viewer.Address, context.RequestAborted)) return Wrong("many");
        string claim = ClaimCode.WithRoot(code, FormPosts.Service<CertificateAuthority>(context).RootFingerprint);
        return FormPosts.See($"/claims?made={FormPosts.Service<ShownOnce>(context).Put(viewer.Name, claim)}");
    }

    private static async Task<IResult> WithdrawAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = FormPosts.Service<Viewer>(context);
        long id = long.Parse(context.Request.RouteValues["id"]!.ToString()!, CultureInfo.InvariantCulture);
        return await FormPosts.Service<IClaimStore>(context).WithdrawAsync(viewer.Scope, id, viewer.Name, viewer.Address, context.RequestAborted) ? FormPosts.See("/claims") : Wrong("gone");
    }

    private static SeeOther Wrong(string what) => FormPosts.See($"/claims?wrong={what}");
}
