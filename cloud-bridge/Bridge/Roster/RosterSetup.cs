using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Roster.Events;

namespace Devices.Bridge.Roster;

/// <summary>Registers the roster and the events that keep it fresh.</summary>
public static class RosterSetup
{
    /// <summary>Reads <c>Bridge:Roster</c> and <c>Bridge:Events</c>; without a platform only the options and counters are there, for the pages.</summary>
    /// <exception cref="BridgeStartException">A value cannot work; the message names it.</exception>
    public static WebApplicationBuilder AddRoster(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        RosterOptions roster = Bind<RosterOptions>(builder, "Bridge:Roster");
        EventOptions events = Bind<EventOptions>(builder, "Bridge:Events");
        if ((roster.Check() ?? events.Check()) is { } problem) throw new BridgeStartException(problem);
        bool platform = (builder.Configuration["Bridge:Platform:Kind"] ?? "none") != "none";
        if (!platform && events.Kind != "none") throw new BridgeStartException($"Bridge:Events:Kind is {events.Kind}, but there is no platform: set Bridge:Platform:Kind, or Bridge:Events:Kind to none.");

        IServiceCollection services = builder.Services;
        services.AddSingleton(roster);
        services.AddSingleton(events);
        services.AddSingleton<EventStatus>();
        if (!platform) return builder;
        services.AddSingleton<IRosterSource, DingTalkRoster>();
        services.AddSingleton<RosterGuard>();
        services.AddSingleton<RosterService>();
        services.AddSingleton<RosterSchedule>();
        services.AddSingleton<MarkReader>();
        services.AddSingleton<LeaverSweep>();
        services.AddHostedService(s => s.GetRequiredService<RosterSchedule>());
        services.AddHostedService(s => s.GetRequiredService<MarkReader>());
        services.AddHostedService(s => s.GetRequiredService<LeaverSweep>());
        if (events.Kind == "none") return builder;
        services.AddSingleton<EventIntake>();
        if (events.Kind == "stream")
        {
            services.AddHostedService<StreamService>();
        }
        else
        {
            CallbackCrypto crypto = Crypto(events, Bind<DingTalkOptions>(builder, "Bridge:Platform"));
            services.AddSingleton(crypto);
            services.AddSingleton<CallbackEndpoint>();
        }

        return builder;
    }

    /// <summary>The platform's address for its push, where that is the way.</summary>
    public static WebApplication MapRoster(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        EventOptions options = app.Services.GetRequiredService<EventOptions>();
        if (options.Kind == "callback")
        {
            CallbackEndpoint endpoint = app.Services.GetRequiredService<CallbackEndpoint>();
            // Open: its signature is the log-in.
            app.MapPost(options.Path, (HttpRequest request, CancellationToken cancellationToken) => endpoint.HandleAsync(request, cancellationToken)).AllowAnonymous();
        }

        return app;
    }

    private static CallbackCrypto Crypto(EventOptions options, DingTalkOptions dingTalk)
    {
        string token = Secret(options.TokenFile, "Bridge:Events:TokenFile"), key = Secret(options.AesKeyFile, "Bridge:Events:AesKeyFile");
        if (token.Length is < 3 or > 64 || !token.All(char.IsAsciiLetterOrDigit)) throw new BridgeStartException("The file of Bridge:Events:TokenFile must hold 3 to 64 letters and digits, as the subscription's page shows them.");
        if (key.Length != 43 || !key.All(char.IsAsciiLetterOrDigit)) throw new BridgeStartException("The file of Bridge:Events:AesKeyFile must hold 43 letters and digits, as the subscription's page shows them.");
        string owner = options.Owner == "corpid" ? dingTalk.CorpId : dingTalk.AppKey;
        if (owner.Length == 0) throw new BridgeStartException("Bridge:Events:Owner is corpid, but Bridge:Platform:CorpId is missing.");
        try
        {
            return new(token, key, owner);
        }
        catch (FormatException fault)
        {
            throw new BridgeStartException("The file of Bridge:Events:AesKeyFile does not hold an AES key: copy it again from the subscription's page.", fault);
        }
    }

    private static string Secret(string file, string setting)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"{setting} names {file}, which cannot be read: {exception.Message}", exception);
        }
    }

    private static T Bind<T>(WebApplicationBuilder builder, string section)
        where T : new()
    {
        try
        {
            return builder.Configuration.GetSection(section).Get<T>() ?? new T();
        }
        catch (InvalidOperationException exception)
        {
            throw new BridgeStartException($"A setting cannot be read: {exception.Message}", exception);
        }
    }
}
