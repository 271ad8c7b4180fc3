namespace Devices.Bridge.Fleet;

/// <summary>Registers the certificate authority, enrolment and health.</summary>
public static class FleetSetup
{
    public static WebApplicationBuilder AddFleet(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(services =>
        {
            BridgeOptions options = services.GetRequiredService<BridgeOptions>();
            return !options.Keeps ? CertificateAuthority.OpenKeyless(options.CaDirectory, options.Names, services.GetRequiredService<TimeProvider>()) : CertificateAuthority.Open(options.CaDirectory, options.Names, services.GetRequiredService<TimeProvider>(), options.Ca.Pkcs11);
        });
        builder.Services.AddSingleton(services => new Lazy<CertificateAuthority>(services.GetRequiredService<CertificateAuthority>));
        builder.Services.AddSingleton<CommandSigner>();
        builder.Services.AddSingleton<EnrolmentService>();
        builder.Services.AddSingleton<RenewalService>();
        builder.Services.AddSingleton<TerminalDoor>();
        builder.Services.AddSingleton<EnrolmentLimiter>();
        builder.Services.AddSingleton<FirstAccount>();
        builder.Services.AddSingleton<Listeners>();
        builder.Services.AddSingleton<HealthCheck>();
        builder.Services.AddSingleton<CertificateSweep>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CertificateSweep>());
        return builder;
    }

    public static WebApplication MapFleet(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapEst();
        app.MapTerminalSelf();
        app.MapSelfTest();
        app.MapHealth();
        return app;
    }

    public static void MapHealth(this WebApplication app) =>
        app.MapGet("/healthz", (HealthCheck health, CancellationToken cancellationToken) => health.RunAsync(cancellationToken)).AllowAnonymous();
}
