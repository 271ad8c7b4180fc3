using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Privacy;

/// <summary>Registers consents, export, erasure and its tombstones.</summary>
public static class PrivacySetup
{
    /// <exception cref="BridgeStartException">A value below <c>Bridge:Privacy</c> cannot work.</exception>
    public static WebApplicationBuilder AddPrivacy(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        PrivacyOptions options = builder.Configuration.GetSection("Bridge:Privacy").Read<PrivacyOptions>();
        if (options.Check() is { } problem) throw new BridgeStartException(problem);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<Tombstones>();
        // Before every other part: whoever came back with a restored store is gone before anything is sent or shown.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(services => services.GetRequiredService<Tombstones>()));
        // The last word on it: the store itself knows no settings of this part.
        builder.Services.AddSingleton<ISiteStore>(services => new SqlSiteStore(services.GetRequiredService<SqlDatabase>(), services.GetRequiredService<TimeProvider>(), options.RequireConsent));
        builder.Services.AddSingleton(services => new SqlRosterStore(services.GetRequiredService<SqlDatabase>(), services.GetRequiredService<TimeProvider>(), options.RequireConsent));
        builder.Services.AddHostedService<ConsentRule>();
        builder.Services.AddSingleton<PersonErasure>();
        builder.Services.AddSingleton<PersonExport>();
        return builder;
    }
}
