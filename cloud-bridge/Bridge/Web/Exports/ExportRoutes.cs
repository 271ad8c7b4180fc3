using System.Globalization;
using Devices.Bridge.Exports;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Bridge.Web.Actions;
using Devices.Bridge.Web.Filters;
using Devices.Bridge.Web.Time;

namespace Devices.Bridge.Web.Exports;

/// <summary>Files: the punches of a filter at once, as CSV, and what was made in the background, for its owner alone.</summary>
internal static class ExportRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/punches.csv", PunchesAsync).RequireAuthorization(Permits.ReadPunches, Permits.Export);
        routes.MapGet("/exports/{id:long}/file", FileAsync).RequireAuthorization(Permits.ReadPunches, Permits.Export);
        FormPosts.Post(routes, "/exports/{id:long}/remove", RemoveAsync, Permits.Export);
        FormPosts.Post(routes, "/exports/templates/{id:long}/remove", RemoveTemplateAsync, Permits.Export);
    }

    private static async Task PunchesAsync(HttpContext context, PunchExport export, SiteClock clock, IAuditStore audit, Viewer viewer)
    {
        PunchFilters filters = PunchFilters.Parse(context.Request.Query, clock);
        if (filters.Problems.Count > 0)
        {
            // A file with other rows than asked for would go unnoticed: the page says what is wrong with the filters.
            context.Response.Redirect(filters.Address("/punches"));
            return;
        }

        await audit.AuditAsync(viewer.Name, "csv.export", null, filters.Address("/punches.csv"), viewer.Address, context.RequestAborted);
        ExportLayout layout = new() { Culture = CultureInfo.CurrentUICulture.Name };
        CsvTable csv = new(layout);
        context.Response.ContentType = csv.ContentType;
        string stamp = $"{clock.DateText(clock.NowMs)}-{clock.TimeText(clock.NowMs).Replace(":", "", StringComparison.Ordinal)}";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"punches-{stamp}.csv\"";
        await csv.WriteAsync(export.Table(viewer.Scope, filters, layout), context.Response.Body, (_, _) => Task.CompletedTask, context.RequestAborted);
    }

    // Somebody else's is not there, as one that never was.
    private static async Task<IResult> FileAsync(long id, HttpContext context, IExportStore store, ExportWorker worker, SiteClock clock, IAuditStore audit, Viewer viewer)
    {
        if (await store.FindAsync(id, context.RequestAborted) is not { } export || export.Owner != viewer.Name || worker.PathOf(export) is not { } path) return Results.NotFound();
        await audit.AuditAsync(viewer.Name, "export.download", FormattableString.Invariant($"export {id}"), null, viewer.Address, context.RequestAborted);
        string type = export.Format == "xlsx" ? new XlsxTable(new()).ContentType : new CsvTable(new()).ContentType;
        context.Response.Headers.CacheControl = "no-store";
        return Results.File(path, type, FormattableString.Invariant($"{export.Kind}-{clock.DateText(export.CreatedAt)}-{id}.{export.Format}"));
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = context.RequestServices.GetRequiredService<Viewer>();
        long id = Id(context);
        if (await context.RequestServices.GetRequiredService<IExportStore>().FindAsync(id, context.RequestAborted) is not { } export || export.Owner != viewer.Name) return Results.NotFound();
        await context.RequestServices.GetRequiredService<ExportWorker>().RemoveAsync(id, context.RequestAborted);
        await context.RequestServices.GetRequiredService<IAuditStore>().AuditAsync(viewer.Name, "export.remove", FormattableString.Invariant($"export {id}"), null, viewer.Address, context.RequestAborted);
        return FormPosts.See("/exports");
    }

    private static async Task<IResult> RemoveTemplateAsync(HttpContext context, IFormCollection form)
    {
        Viewer viewer = context.RequestServices.GetRequiredService<Viewer>();
        if (!await context.RequestServices.GetRequiredService<IExportStore>().RemoveTemplateAsync(viewer.Name, Id(context), context.RequestAborted)) return Results.NotFound();
        await FormPosts.AuditAsync(context, "export.template.remove", FormattableString.Invariant($"template {Id(context)}"), null);
        return FormPosts.See("/exports");
    }

    private static long Id(HttpContext context) => long.TryParse(context.GetRouteValue("id")?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : 0;
}
