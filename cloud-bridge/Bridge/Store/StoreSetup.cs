using Devices.Bridge.Store.Postgres;
using Devices.Bridge.Store.Retention;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;

namespace Devices.Bridge.Store;

/// <summary>Registers the store behind its interfaces; only this file names a database to the rest.</summary>
public static class StoreSetup
{
    /// <summary>The store is opened when first asked for, in <see cref="BridgeApplication"/>, before anything listens.</summary>
    public static WebApplicationBuilder AddStore(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(services => Open(services.GetRequiredService<BridgeOptions>(), services.GetRequiredService<BridgeOptions>().Seat));
        builder.Services.AddSingleton<IPunchStore, SqlPunchStore>();
        builder.Services.AddSingleton(services => new OutboxTargets(
            services.GetServices<OutboxTarget>(), NodaTime.DateTimeZoneProviders.Tzdb[services.GetRequiredService<BridgeOptions>().Site.TimeZone]));
        builder.Services.AddSingleton<IOutboxStore, SqlOutboxStore>();
        builder.Services.AddSingleton<ITargetStore, SqlTargetStore>();
        builder.Services.AddSingleton<ICallStore, SqlCallStore>();
        builder.Services.AddSingleton<ISendPlanStore, SqlSendPlanStore>();
        builder.Services.AddSingleton<IReconcileStore, SqlReconcileStore>();
        builder.Services.AddSingleton<IProofStore, SqlProofStore>();
        builder.Services.AddSingleton<IEffectivePunches, SqlEffectivePunches>();
        builder.Services.AddSingleton<ICorrectionStore, SqlCorrectionStore>();
        builder.Services.AddSingleton<IMonthStore, SqlMonthStore>();
        builder.Services.AddSingleton<ILateStore, SqlLateStore>();
        builder.Services.AddSingleton<IExportStore, SqlExportStore>();
        builder.Services.AddSingleton<IPeopleStore, SqlPeopleStore>();
        builder.Services.AddSingleton<SqlRosterStore>();
        builder.Services.AddSingleton<IRosterChanges>(services => services.GetRequiredService<SqlRosterStore>());
        builder.Services.AddSingleton<IRosterMarks>(services => services.GetRequiredService<SqlRosterStore>());
        builder.Services.AddSingleton<IPlanStore>(services => services.GetRequiredService<SqlRosterStore>());
        builder.Services.AddSingleton<ITerminalStore, SqlTerminalStore>();
        builder.Services.AddSingleton<INodeStore, SqlNodeStore>();
        builder.Services.AddSingleton<IPatrolStore, SqlPatrolStore>();
        builder.Services.AddSingleton<IFleetStore, SqlFleetStore>();
        builder.Services.AddSingleton<IClaimStore, SqlClaimStore>();
        builder.Services.AddSingleton<IExceptionStore, SqlExceptionStore>();
        builder.Services.AddSingleton<IAccountStore, SqlAccountStore>();
        builder.Services.AddSingleton<IPrivacyStore, SqlPrivacyStore>();
        builder.Services.AddSingleton<ISessionStore, SqlSessionStore>();
        builder.Services.AddSingleton<IFactorStore, SqlFactorStore>();
        builder.Services.AddSingleton<IAuditStore, SqlAuditStore>();
        builder.Services.AddSingleton<IApiKeyStore, SqlApiKeyStore>();
        builder.Services.AddSingleton<IReportStore, SqlReportStore>();
        builder.Services.AddSingleton<IDayStore, SqlDayStore>();
        builder.Services.AddSingleton<IDeliveryLog, SqlDeliveryLog>();
        builder.Services.AddSingleton<ISettingStore, SqlSettingStore>();
        builder.Services.AddSingleton<IRolloutStore, SqlRolloutStore>();
        builder.Services.AddSingleton<ICounterStore, SqlCounterStore>();
        builder.Services.AddSingleton<IPhotoStore, SqlPhotoStore>();
        builder.Services.AddSingleton<ICsvDropStore, SqlCsvDropStore>();
        builder.Services.AddSingleton<IReplayStore, SqlReplayStore>();
        builder.Services.AddSingleton<INoticeStore, SqlNoticeStore>();
        builder.Services.AddSingleton<IDownlinkStore, SqlDownlinkStore>();
        builder.Services.AddSingleton<ISiteStore, SqlSiteStore>();
        builder.Services.AddSingleton<IWallStore, SqlWallStore>();
        builder.Services.AddSingleton<IWifiStore, SqlWifiStore>();
        builder.Services.AddSingleton<ITerminalSites, SqlTerminalSites>();
        builder.Services.AddSingleton<IPeopleSites, SqlPeopleSites>();
        builder.Services.AddSingleton<IConfigStore, SqlConfigStore>();
        builder.Services.AddSingleton<IRuleStore, SqlRuleStore>();
        builder.Services.AddSingleton<ICommandStore, SqlCommandStore>();
        builder.Services.AddSingleton(services => services.GetRequiredService<BridgeOptions>().Retention);
        builder.Services.AddHostedService<NameKeeper>();
        builder.Services.AddHostedService<StoreUpkeep>();
        return builder;
    }

    /// <summary>Opens the store that the settings name, with its schema up to date.</summary>
    /// <param name="options">Of a serving bridge, or from <see cref="StoreChoice.Recall"/>.</param>
    /// <param name="exclusive">For the serving bridge: a second one on the same PostgreSQL database is refused.</param>
    /// <exception cref="BridgeStartException">It cannot be opened; the message says why.</exception>
    public static SqlDatabase Open(BridgeOptions options, bool exclusive = false) => Open(options, exclusive ? StoreSeat.Alone : StoreSeat.Beside);

    /// <inheritdoc cref="Open(BridgeOptions, bool)"/>
    /// <param name="seat">Alone, as one node of several, or beside whoever serves.</param>
    public static SqlDatabase Open(BridgeOptions options, StoreSeat seat)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(seat);
        if (seat.Serving) StoreChoice.Check(options);
        SqlDatabase database = options.Store == "postgres"
            ? PostgresDatabase.Open(options.Postgres.ConnectionFile, seat)
            : SqliteDatabase.Open(options.DatabaseFile);
        if (seat.Serving) StoreChoice.Remember(options);
        return database;
    }
}
