using Devices.Bridge.Fleet;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Actions;

/// <summary>What the buttons of <c>/terminals/{name}</c> do; each only for a terminal in the viewer's scope, each with its row of the audit log.</summary>
internal static class TerminalPosts
{
    private const string Prefix = "set.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        FormPosts.Post(routes, "/terminals/{name}/config", ConfigAsync, Permits.Operate);
        FormPosts.Post(routes, "/terminals/{name}/command", CommandAsync, Permits.Operate);
        FormPosts.Post(routes, "/terminals/{name}/withdraw", WithdrawAsync, Permits.Operate);
        FormPosts.Post(routes, "/terminals/{name}/revoke", RevokeAsync, Permits.Operate);
        routes.MapGet("/terminals/{name}/log/{id:guid}", LogAsync).RequireAuthorization(Permits.Operate);
    }

    private static async Task<IResult> ConfigAsync(HttpContext context, IFormCollection form)
    {
        if (await FindAsync(context) is not { } terminal) return Results.NotFound();
        IEnumerable<KeyValuePair<string, string?>> typed = form.Where(one => one.Key.StartsWith(Prefix, StringComparison.Ordinal)).Select(one => KeyValuePair.Create(one.Key[Prefix.Length..], (string?)one.Value.ToString()));
        IReadOnlyDictionary<string, string?> changes = ConfigInput.Read(typed, out IReadOnlyDictionary<string, string> faults);
        // All or nothing: half of what somebody typed in force is what nobody typed.
        if (faults.Count > 0) return Back(terminal, "bad", string.Join(',', faults.Keys.Take(20)));
        ConfigVerdict verdict = await FormPosts.Service<IConfigStore>(context).SetAsync(ConfigScope.Terminal, terminal, changes, Viewer(context).Name, Viewer(context).Address, long.TryParse(form["revision"], out long seen) ? seen : null, context.RequestAborted);
        return Back(terminal, "told", verdict switch { ConfigVerdict.Same => "same", ConfigVerdict.Changed => "changed", _ => "config" });
    }

    private static async Task<IResult> CommandAsync(HttpContext context, IFormCollection form)
    {
        if (await FindAsync(context) is not { } terminal) return Results.NotFound();
        string kind = form["kind"].ToString();
        Dictionary<string, string> arguments = form["what"].ToString() is { Length: > 0 } what ? new() { ["what"] = what } : [];
        CommandRow? command = FormPosts.Service<CommandSigner>(context).Make(terminal, kind, arguments, CommandSigner.UsualLife(kind), Viewer(context).Name, out _);
        if (command is null) return Results.StatusCode(StatusCodes.Status400BadRequest);
        bool issued = await FormPosts.Service<ICommandStore>(context).IssueAsync(command, Viewer(context).Address, context.RequestAborted);
        return Back(terminal, "told", issued ? "command" : "revoked");
    }

    private static async Task<IResult> WithdrawAsync(HttpContext context, IFormCollection form)
    {
        if (await FindAsync(context) is not { } terminal || !Guid.TryParse(form["id"], out Guid id) || await FormPosts.Service<ICommandStore>(context).FindAsync(id, context.RequestAborted) is not { } row || row.Terminal != terminal) return Results.NotFound();
        bool gone = await FormPosts.Service<ICommandStore>(context).WithdrawAsync(id, Viewer(context).Name, Viewer(context).Address, context.RequestAborted);
        return Back(terminal, "told", gone ? "withdrawn" : "sent");
    }

    // In the store first: whatever comes after, the terminal is shut out.
    private static async Task<IResult> RevokeAsync(HttpContext context, IFormCollection form)
    {
        if (await FindAsync(context) is not { } terminal) return Results.NotFound();
        string reason = form["reason"].ToString().Trim();
        if (reason.Length is 0 or > 200 || form["confirm"] != "1") return Back(terminal, "told", "revoke_unsure");
        RevokeVerdict verdict = await FormPosts.Service<IFleetStore>(context).RevokeAsync(terminal, reason, Viewer(context).Name, Viewer(context).Address, context.RequestAborted);
        if (verdict == RevokeVerdict.Done) await FormPosts.Service<ITerminalConnections>(context).DisconnectAsync(terminal, $"The terminal '{terminal}' was revoked: enrol it again with a claim made for its name.");
        return Back(terminal, "told", "revoked_now");
    }

    // A collected log: a file to keep, never a part of a page.
    private static async Task<IResult> LogAsync(HttpContext context, string name, Guid id)
    {
        if (await FindAsync(context) is not { } terminal || await FormPosts.Service<ICommandStore>(context).FindAsync(id, context.RequestAborted) is not { Attachment: { } log } row || row.Terminal != terminal) return Results.NotFound();
        await FormPosts.Service<IAuditStore>(context).AuditAsync(Viewer(context).Name, "terminal.log.read", terminal, $"command {id:D}", Viewer(context).Address, context.RequestAborted);
        return Results.File(System.Text.Encoding.UTF8.GetBytes(log), "text/plain; charset=utf-8", $"{terminal}-{id:N}.log");
    }

    private static async Task<string?> FindAsync(HttpContext context) =>
        (await FormPosts.Service<ITerminalStore>(context).FindTerminalAsync(Viewer(context).Scope, context.GetRouteValue("name")?.ToString() ?? "", context.RequestAborted))?.Name;

    private static SeeOther Back(string terminal, string what, string value) => FormPosts.See($"/terminals/{terminal}?{what}={Uri.EscapeDataString(value)}");

    private static Viewer Viewer(HttpContext context) => FormPosts.Service<Viewer>(context);
}
