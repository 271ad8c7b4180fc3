using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;

namespace Devices.Bridge.Web.Exports;

/// <summary>
/// A list on one page, for the browser's own printing (and its PDF): <c>print=1</c> beside the list's filters. It takes away what an export takes away, so
/// it needs the same right and is in the audit log.
/// </summary>
public static class PrintView
{
    public const int MostPunches = 1000;
    public const int MostPeople = 500;

    /// <summary>The address of a list, to be printed.</summary>
    public static string Address(string list)
    {
        ArgumentNullException.ThrowIfNull(list);
        return $"{list}{(list.Contains('?', StringComparison.Ordinal) ? '&' : '?')}print=1";
    }

    /// <summary>Whether the request asks for it and may; then it is noted.</summary>
    public static async Task<bool> AsksAsync(HttpContext context, Viewer viewer)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(viewer);
        if (context.Request.Query["print"] != "1" || !viewer.May(Permits.Export)) return false;
        await context.RequestServices.GetRequiredService<IAuditStore>().AuditAsync(viewer.Name, "list.print", null, $"{context.Request.Path}{context.Request.QueryString}", viewer.Address, context.RequestAborted);
        return true;
    }
}
