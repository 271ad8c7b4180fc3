using System.Net;

namespace Devices.Bridge;

/// <summary>Reads <see cref="BridgeOptions"/> and refuses nonsense at start with a sentence.</summary>
public static class OptionsSetup
{
    /// <summary>Registers one <see cref="BridgeOptions"/> instance. Later sources win: appsettings, <c>--config</c> file, environment (<c>Bridge__Data</c>), command line.</summary>
    /// <exception cref="BridgeStartException">A value is out of range.</exception>
    public static BridgeOptions AddBridgeOptions(this WebApplicationBuilder builder, string[] args)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddFile(builder, args);
        BridgeOptions options = Read(builder.Configuration);
        if (builder.Configuration.GetSection("Bridge:Log").Read<Logging.LogOptions>().Check() is { } log) throw new BridgeStartException(log);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        return options;
    }

    /// <summary>A section as the record of a part.</summary>
    /// <exception cref="BridgeStartException">A value is not of its type; the sentence names it.</exception>
    public static T Read<T>(this IConfigurationSection section) where T : new()
    {
        ArgumentNullException.ThrowIfNull(section);
        T options = new();
        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            throw new BridgeStartException($"A setting cannot be read: {fault.Message}", fault);
        }
        return options;
    }

    private static void AddFile(WebApplicationBuilder builder, string[] args)
    {
        if (builder.Configuration["config"] is not { Length: > 0 } file) return;
        string full = Path.GetFullPath(file);
        if (!File.Exists(full)) throw new BridgeStartException($"The settings file {file} does not exist: check --config.");
        try
        {
            builder.Configuration.AddJsonFile(full, optional: false, reloadOnChange: false);
        }
        catch (InvalidDataException fault)
        {
            throw new BridgeStartException($"The settings file {file} is not JSON: {fault.InnerException?.Message ?? fault.Message}", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BridgeStartException($"The settings file {file} cannot be read ({fault.Message}): check --config.", fault);
        }
        // Again on top: what is said closer to the start wins.
        builder.Configuration.AddEnvironmentVariables();
        builder.Configuration.AddCommandLine(args);
    }

    private static BridgeOptions Read(ConfigurationManager configuration)
    {
        if (SettingNames.Unknown(configuration.GetSection("Bridge")) is { } unknown) throw new BridgeStartException(unknown);
        BridgeOptions bound = new();
        try
        {
            configuration.GetSection("Bridge").Bind(bound);
        }
        catch (InvalidOperationException fault)
        {
            throw new BridgeStartException($"A setting cannot be read: {fault.Message}", fault);
        }
        // One value with commas, or a JSON array.
        IEnumerable<string> names = configuration["Bridge:Names"] is { Length: > 0 } line ? line.Split(',') : bound.Names;
        BridgeOptions options = bound with { Data = Path.GetFullPath(bound.Data), Names = [.. names.Select(one => one.Trim()).Where(one => one.Length > 0)] };
        if (Check(options) is { } fault2) throw new BridgeStartException(fault2);
        return options;
    }

    /// <summary>Null where every setting is in range, else a sentence that names the first that is not.</summary>
    private static string? Check(BridgeOptions options)
    {
        if (options.Store is not ("sqlite" or "postgres")) return $"Bridge:Store is '{options.Store}': it is sqlite or postgres.";
        if (Scale.BridgeRoles.Check(options) is { } role) return role;
        if (options.Retention.Check() is { } retention) return retention;
        if (options.Ca.Check() is { } ca) return ca;
        if (!IsPort(options.Mqtt.Port)) return $"Bridge:Mqtt:Port is {options.Mqtt.Port}: a port is 0 to 65535.";
        if (!IsPort(options.Https.Port)) return $"Bridge:Https:Port is {options.Https.Port}: a port is 0 to 65535.";
        if (!IsBind(options.Mqtt.Bind)) return $"Bridge:Mqtt:Bind is '{options.Mqtt.Bind}': give an IP address of this machine, localhost, or * for all.";
        if (!IsBind(options.Https.Bind)) return $"Bridge:Https:Bind is '{options.Https.Bind}': give an IP address of this machine, localhost, or * for all.";
        if (!Uri.TryCreate(options.Http.Url, UriKind.Absolute, out Uri? url) || url.Scheme != Uri.UriSchemeHttp || !IsBind(url.Host))
            return $"Bridge:Http:Url is '{options.Http.Url}': give something like http://127.0.0.1:5080.";
        if (options.Mqtt.MaxConnections < 1) return "Bridge:Mqtt:MaxConnections must be at least 1.";
        if (options.Mqtt.MaxKeepAliveSeconds is < 1 or > ushort.MaxValue) return "Bridge:Mqtt:MaxKeepAliveSeconds must be 1 to 65535.";
        foreach (string name in options.Names)
            if (Uri.CheckHostName(name) is UriHostNameType.Unknown or UriHostNameType.Basic) return $"Bridge:Names holds '{name}', which is neither a DNS name nor an IP address.";
        if (NodaTime.DateTimeZoneProviders.Tzdb.GetZoneOrNull(options.Site.TimeZone) is null)
            return $"Bridge:Site:TimeZone is '{options.Site.TimeZone}': give an IANA zone such as Asia/Shanghai or Europe/Berlin.";
        return null;
    }

    private static bool IsPort(int port) => port is >= 0 and <= ushort.MaxValue;

    private static bool IsBind(string bind) => bind is "*" or "+" or "localhost" || IPAddress.TryParse(bind.Trim('[', ']'), out _);
}
