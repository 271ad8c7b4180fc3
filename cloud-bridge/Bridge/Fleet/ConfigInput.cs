using Devices.Contract.Messages;
using NodaTime;

namespace Devices.Bridge.Fleet;

/// <summary>What somebody typed as wishes about a terminal's settings, judged before anything is stored.</summary>
public static class ConfigInput
{
    /// <summary>The changes by their right names; an empty value withdraws a wish. Faults are one sentence a setting.</summary>
    public static IReadOnlyDictionary<string, string?> Read(IEnumerable<KeyValuePair<string, string?>> typed, out IReadOnlyDictionary<string, string> faults)
    {
        ArgumentNullException.ThrowIfNull(typed);
        Dictionary<string, string?> changes = new(StringComparer.Ordinal);
        Dictionary<string, string> wrong = new(StringComparer.Ordinal);
        foreach ((string key, string? text) in typed)
        {
            string value = (text ?? "").Trim();
            ConfigSetting? setting = ConfigRules.Find(key.Trim());
            if (setting is null) wrong[key] = ConfigRules.Check(key, "")!;
            else if (value.Length == 0) changes[setting.Key] = null;
            else if (ConfigRules.Check(setting.Key, value) is { } fault) wrong[setting.Key] = fault;
            else if (setting.Kind == ConfigKind.Zone && DateTimeZoneProviders.Tzdb.GetZoneOrNull(value) is null) wrong[setting.Key] = $"{setting.Key} is '{value}'; it must be an IANA name such as Asia/Shanghai.";
            else changes[setting.Key] = value;
        }
        faults = wrong;
        return changes;
    }
}
