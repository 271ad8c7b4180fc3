using System.Globalization;
using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Contract.Punches;

namespace Devices.Bridge.Photos;

/// <summary>Registers evidence photos and the one address at which they are seen.</summary>
public static class PhotoSetup
{
    /// <summary>Pattern of a punch's photo; every answer with a picture is in the audit log before the picture leaves.</summary>
    public const string Route = "/api/v1/punches/{terminal}/{ledger}/{seq}/photo";

    /// <exception cref="BridgeStartException">A value below <c>Bridge:Photos</c> cannot work.</exception>
    public static WebApplicationBuilder AddPhotos(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        PhotoOptions options = builder.Configuration.GetSection("Bridge:Photos").Read<PhotoOptions>();
        if (options.Check() is { } problem) throw new BridgeStartException(problem);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(services => new PhotoVault(Path.Combine(services.GetRequiredService<BridgeOptions>().Data, "photos")));
        builder.Services.AddSingleton<IPhotoIntake, PhotoIntake>();
        builder.Services.AddSingleton<PhotoRemoval>();
        builder.Services.AddHostedService<PhotoRetention>();
        return builder;
    }

    public static WebApplication MapPhotos(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGet(Route, ShowAsync);
        return app;
    }

    private static async Task<IResult> ShowAsync(string terminal, string ledger, string seq, HttpContext context, IPhotoStore photos, PhotoVault vault, IAuditStore audit)
    {
        if (!PunchRules.IsTerminalName(terminal) || !Guid.TryParseExact(ledger, "D", out Guid id) || !long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out long place))
            return Missing("There is no such punch: the address is terminal/ledger/seq.");
        PunchKey key = new(terminal, id, place);
        PhotoRow? photo = await photos.FindAsync(key, context.RequestAborted);
        if (photo is null) return Missing("No photo of this punch has come.");
        if (photo.RemovedAt is not null) return Missing($"The photo of this punch was removed ({photo.RemovedWhy}).");
        if (await vault.ReadAsync(photo.Sha256, context.RequestAborted) is not { } picture) return Missing("The photo's file is missing or damaged.");
        // Before the first byte leaves: a view that cannot be written down does not happen.
        await audit.AuditAsync(
            context.User.Identity?.Name ?? "unknown", "photo-view", key.ToString(), null, context.Connection.RemoteIpAddress?.ToString(), context.RequestAborted);
        return Results.Bytes(picture, "image/jpeg");
    }

    private static IResult Missing(string sentence) => Results.Json(new { error = sentence }, statusCode: StatusCodes.Status404NotFound);
}
