using System.Globalization;
using Devices.Bridge.Photos;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Access;
using Devices.Contract.Punches;

namespace Devices.Bridge.Web.Api;

/// <summary>The one address at which an evidence photo is seen.</summary>
internal static class PhotoApi
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(PhotoSetup.Route, ShowAsync).RequireAuthorization(Permits.ReadPunches);

    private static async Task<IResult> ShowAsync(string terminal, string ledger, string seq, HttpContext context, IPhotoStore photos, PhotoVault vault, IAuditStore audit, Viewer viewer)
    {
        if (!PunchRules.IsTerminalName(terminal) || !Guid.TryParseExact(ledger, "D", out Guid id) || !long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out long place))
            return Missing("There is no such punch: the address is terminal/ledger/seq.");
        PunchKey key = new(terminal, id, place);
        PhotoRow? photo = await photos.FindAsync(viewer.Scope, key, context.RequestAborted);
        if (photo is null) return Missing("No photo of this punch has come.");
        if (photo.RemovedAt is not null) return Missing($"The photo of this punch was removed ({photo.RemovedWhy}).");
        if (await vault.ReadAsync(photo.Sha256, context.RequestAborted) is not { } picture) return Missing("The photo's file is missing or damaged.");
        // Before the first byte leaves: a view that cannot be written down does not happen.
        await audit.AuditAsync(viewer.Name, "photo-view", key.ToString(), null, viewer.Address, context.RequestAborted);
        return Results.Bytes(picture, "image/jpeg");
    }

    private static IResult Missing(string sentence) => Results.Json(new { error = sentence }, statusCode: StatusCodes.Status404NotFound);
}
