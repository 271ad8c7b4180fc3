namespace Devices.Bridge.Scale;

/// <summary>
/// What runs in which role. Every part is registered in each, so that one settings file serves all nodes; what works by itself (a hosted
/// service) is taken out where its role is another's. A service that is not named here runs where people are served, once.
/// </summary>
internal static class RoleTable
{
    private static readonly string[] Everywhere = ["SystemdWatchdog", "BridgeGauges", nameof(NodeBook)];

    // Where terminals are: the endpoint, what goes down to them, and who must not be connected any more.
    private static readonly string[] WithTerminals = ["MqttEndpoint", "PressureWatch", "LineOpener", "DownlinkPump", "CertificateSweep", nameof(TakeoverWatch), nameof(NatsPunchEngine)];
    private static readonly string[] AtWriters = [nameof(NatsPunchWriter)];

    // Meaningless without terminals of its own. (DownlinkPump stays: it expires commands and clears up for all nodes.)
    private static readonly string[] NotAtWeb = ["MqttEndpoint", "PressureWatch", nameof(TakeoverWatch), nameof(NatsPunchEngine), nameof(NatsPunchWriter)];

    /// <summary>Takes out what does not run in this role.</summary>
    public static void Narrow(IServiceCollection services, string role)
    {
        foreach (ServiceDescriptor one in services.Where(one => one.ServiceType == typeof(IHostedService) && !Runs(one, role)).ToArray()) services.Remove(one);
    }

    private static bool Runs(ServiceDescriptor one, string role)
    {
        Type? type = one.ImplementationType ?? one.ImplementationInstance?.GetType() ?? one.ImplementationFactory?.GetType().GenericTypeArguments[1];
        // Of the host itself: the web server, systemd, telemetry.
        if (type is null || (type.Assembly != typeof(RoleTable).Assembly && one.ImplementationFactory?.Method.DeclaringType?.Assembly != typeof(RoleTable).Assembly)) return true;
        if (Everywhere.Contains(type.Name)) return true;
        return role switch
        {
            BridgeRoles.Ingest => WithTerminals.Contains(type.Name),
            BridgeRoles.Writer => AtWriters.Contains(type.Name),
            _ => !NotAtWeb.Contains(type.Name),
        };
    }
}
