using System.Reflection;
using Devices.Bridge.Alerts;
using Devices.Bridge.Corrections;
using Devices.Bridge.Delivery;
using Devices.Bridge.Delivery.DingTalk;
using Devices.Bridge.Delivery.Targets.CsvDrop;
using Devices.Bridge.Delivery.Targets.ErpNext;
using Devices.Bridge.Delivery.Targets.Webhook;
using Devices.Bridge.Exports;
using Devices.Bridge.Ingest;
using Devices.Bridge.Logging;
using Devices.Bridge.Roster;
using Devices.Bridge.Roster.Events;
using Devices.Bridge.Notices;
using Devices.Bridge.Operations;
using Devices.Bridge.Patrol;
using Devices.Bridge.Photos;
using Devices.Bridge.Privacy;
using Devices.Bridge.Scale;
using Devices.Bridge.Store;
using Devices.Bridge.Telemetry;
using Devices.Bridge.Updates;
using Devices.Bridge.Web;
using Devices.Bridge.Wifi;

namespace Devices.Bridge;

/// <summary>The names that settings may have. A mistyped one would otherwise be left out silently, and the default would rule.</summary>
internal static class SettingNames
{
    // Sections that a part reads for itself.
    private static readonly Dictionary<string, Type[]> Parts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Platform"] = [typeof(PlatformOptions), typeof(DingTalkOptions)],
        ["Roster"] = [typeof(RosterOptions)],
        ["Events"] = [typeof(EventOptions)],
        ["Web"] = [typeof(WebOptions)],
        ["Log"] = [typeof(LogOptions)],
        ["Health"] = [typeof(HealthOptions)],
        ["Telemetry"] = [typeof(TelemetryOptions)],
        ["Privacy"] = [typeof(PrivacyOptions)],
        ["Patrol"] = [typeof(PatrolOptions)],
        ["Photos"] = [typeof(PhotoOptions)],
        ["Wifi"] = [typeof(WifiOptions)],
        ["Ingest"] = [typeof(PressureOptions), typeof(ClockRules)],
        ["Engine"] = [typeof(EngineOptions)],
        ["Corrections"] = [typeof(CorrectionOptions)],
        ["Exports"] = [typeof(ExportOptions)],
        ["Updates"] = [typeof(UpdateOptions)],
        ["Alerts"] = [typeof(AlertOptions)],
        ["Webhook"] = [typeof(WebhookOptions)],
        ["ErpNext"] = [typeof(ErpNextOptions)],
        ["CsvDrop"] = [typeof(CsvDropOptions)],
        ["Notices"] = [typeof(NoticeOptions)],
    };

    /// <summary>One sentence for the first name below <c>Bridge:</c> that no part reads, or null.</summary>
    public static string? Unknown(IConfigurationSection bridge) => Unknown(bridge, [typeof(BridgeOptions)], Parts);

    private static string? Unknown(IConfigurationSection section, Type[] records, Dictionary<string, Type[]> parts)
    {
        List<PropertyInfo> known = [.. records.SelectMany(r => r.GetProperties(BindingFlags.Public | BindingFlags.Instance)).Where(p => p.SetMethod is { IsPublic: true })];
        foreach (IConfigurationSection child in section.GetChildren())
        {
            Type[]? next = parts.GetValueOrDefault(child.Key);
            if (next is null)
            {
                PropertyInfo? property = known.Find(p => string.Equals(p.Name, child.Key, StringComparison.OrdinalIgnoreCase));
                if (property is null)
                    return $"There is no setting {child.Path}: below {section.Path} there are {string.Join(", ", known.Select(p => p.Name).Concat(parts.Keys))}.";
                if (property.PropertyType.Assembly != typeof(SettingNames).Assembly) continue;
                next = [property.PropertyType];
            }
            if (Unknown(child, next, []) is { } below) return below;
        }
        return null;
    }
}
