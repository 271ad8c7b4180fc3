using System.Security.Cryptography;
using System.Text.Json;
using Devices.Bridge.Privacy;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Time;
using NodaTime;

namespace Devices.Bridge.Web.Actions;

/// <summary>What the privacy pages' buttons do, and the files that they give.</summary>
internal static class PrivacyPosts
{
    private const int Longest = 64;

    /// <summary>Keys of the sentences for what was not done.</summary>
    public static IReadOnlyList<string> Problems { get; } =
        ["privacy.bad_person", "privacy.bad_consent", "privacy.in_force", "privacy.not_in_force", "privacy.not_equal", "privacy.still_there", "privacy.unknown"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        FormPosts.Post(routes, "/privacy/consents", ConsentAsync, Permits.Privacy);
        FormPosts.Post(routes, "/privacy/consents/withdraw", WithdrawAsync, Permits.Privacy);
        FormPosts.Post(routes, "/privacy/erase", EraseAsync, Permits.Privacy, Permits.EverySite);
        routes.MapGet("/privacy/people/{person}/export", ExportAsync).RequireAuthorization(Permits.Privacy, Permits.EverySite);
        routes.MapGet("/privacy/erased/{person}/proof.json", ProofAsync).RequireAuthorization(Permits.Privacy, Permits.EverySite);
    }

    private static async Task<IResult> ConsentAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = FormPosts.Service<Viewer>(context);
        string person = Text(form, "person"), version = Text(form, "version"), channel = Text(form, "channel");
        if (await FormPosts.Service<IPeopleStore>(context).FindPersonAsync(viewer.Scope, person, context.RequestAborted) is null) return Back("privacy.bad_person");
        SiteClock clock = FormPosts.Service<SiteClock>(context);
        if (version.Length == 0 || channel.Length == 0 || !SiteClock.TryRead(Text(form, "given"), out LocalDateTime day, out bool whole) || !whole || day.Date > clock.Today) return Back("privacy.bad_consent");
        bool added = await FormPosts.Service<IPrivacyStore>(context).AddConsentAsync(person, version, channel, clock.Start(day, true), viewer.Name, context.RequestAborted);
        return Back(added ? null : "privacy.in_force");
    }

    private static async Task<IResult> WithdrawAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = FormPosts.Service<Viewer>(context);
        string person = Text(form, "person");
        if (await FormPosts.Service<IPeopleStore>(context).FindPersonAsync(viewer.Scope, person, context.RequestAborted) is null) return Back("privacy.bad_person");
        return Back(await FormPosts.Service<IPrivacyStore>(context).WithdrawConsentAsync(person, viewer.Name, context.RequestAborted) is null ? "privacy.not_in_force" : null);
    }

    private static async Task<IResult> EraseAsync(HttpContext context, IFormCollection form)
    {
        string person = Text(form, "person"), reason = form["reason"].ToString().Trim();
        // It cannot be undone: the id is typed twice.
        if (person.Length == 0 || reason.Length is 0 or > 200 || person != Text(form, "again")) return Back("privacy.not_equal");
        (ErasureVerdict verdict, _) = await FormPosts.Service<PersonErasure>(context).EraseAsync(person, FormPosts.Actor(context), reason, context.RequestAborted);
        return verdict switch
        {
            ErasureVerdict.Unknown => Back("privacy.unknown"),
            ErasureVerdict.StillThere => Back("privacy.still_there"),
            _ => FormPosts.See($"/privacy/erased/{Uri.EscapeDataString(person)}"),
        };
    }

    private static async Task<IResult> ExportAsync(string person, HttpContext context, PersonExport export, IPeopleStore people, IAuditStore audit, BridgeOptions bridge, Viewer viewer)
    {
        if (await people.FindPersonAsync(viewer.Scope, person, context.RequestAborted) is null) return Results.NotFound();
        await audit.AuditAsync(viewer.Name, "privacy.export", person, null, viewer.Address, context.RequestAborted);
        // Not straight into the answer: the archive writes its end in a way that the server does not take. The file is private and gone with its last use.
        FileStreamOptions how = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream file = new(Path.Combine(bridge.Data, $"export-{Guid.NewGuid():N}.zip"), how);
        try
        {
            await export.WriteAsync(person, file, context.RequestAborted);
            file.Position = 0;
            return Results.Stream(file, "application/zip", "person-export.zip");
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static async Task<IResult> ProofAsync(string person, HttpContext context, IPrivacyStore store)
    {
        if (await store.FindErasedAsync(person, context.RequestAborted) is not { } erased) return Results.NotFound();
        IReadOnlyList<TerminalErasure> terminals = await store.TerminalsAsync(person, erased.Revision, context.RequestAborted);
        byte[] proof = JsonSerializer.SerializeToUtf8Bytes(new
        {
            person = erased.Person, erased_at = erased.ErasedAt, erased_by = erased.ErasedBy, reason = erased.Reason, revision = erased.Revision,
            removed_at_bridge = JsonDocument.Parse(erased.Done).RootElement,
            terminals = terminals.Select(t => new { terminal = t.Terminal, site = t.Site, confirmed = t.Reached, confirmed_at = t.ConfirmedAt, templates = t.Templates, cards = t.Cards, pins = t.Pins, revoked = t.Revoked }),
            complete = terminals.All(t => t.Reached || t.Revoked),
        });
        context.Response.Headers["Content-Digest"] = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(proof))}:";
        return Results.Bytes(proof, "application/json", "erasure-proof.json");
    }

    private static string Text(IFormCollection form, string name) => form[name].ToString().Trim() is { Length: <= Longest } text && !text.Any(char.IsControl) ? text : "";

    private static SeeOther Back(string? problem) => FormPosts.See(problem is null ? "/privacy" : $"/privacy?problem={problem}");
}
