using Devices.Bridge.Ingest;

namespace Devices.Bridge.Photos;

/// <summary>Registers evidence photos.</summary>
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
}
