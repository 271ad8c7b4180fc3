using System.Globalization;

namespace Devices.Contract.Messages;

/// <summary>How the value of a setting is written.</summary>
public enum ConfigKind
{
    /// <summary>A whole number from <see cref="ConfigSetting.Min"/> to <see cref="ConfigSetting.Max"/>.</summary>
    Whole,

    /// <summary>A number, with a point.</summary>
    Real,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag,

    /// <summary>One of <see cref="ConfigSetting.Words"/>.</summary>
    Word,

    /// <summary>An IANA time zone.</summary>
    Zone,
}

/// <summary>A setting of the agent that the bridge may wish for.</summary>
/// <param name="AtRestart">Whether it takes effect at the next start only.</param>
public sealed record ConfigSetting(string Key, ConfigKind Kind, double Min = 0, double Max = 0, IReadOnlyList<string>? Words = null, bool AtRestart = false);

/// <summary>
/// Which settings an operator may set from the bridge, and their ranges. Only what cannot cut a terminal off or cost a punch: no address, no
/// name, no key, no path, no camera, no disk reserve. Both ends judge by this list; the terminal besides by its own configuration's rules.
/// </summary>
public static class ConfigRules
{
    /// <summary>Longest value.</summary>
    public const int MaxValue = 64;

    /// <summary>Most settings in one message.</summary>
    public const int MaxSettings = 64;

    public static IReadOnlyList<ConfigSetting> All { get; } =
    [
        new("Repeat:Seconds", ConfigKind.Whole, 0, 3600),
        new("WantedFpir", ConfigKind.Real, 1e-6, 0.1),
        new("Liveness:Enabled", ConfigKind.Flag),
        new("Liveness:Challenge", ConfigKind.Word, Words: ["off", "doubt", "always"]),
        new("Liveness:Acts", ConfigKind.Word, Words: ["either", "turn", "blink"]),
        new("Liveness:AskBelow", ConfigKind.Real, 0, 1),
        new("Face:MinimumEyes", ConfigKind.Real, 16, 400),
        new("Face:NearestOnly", ConfigKind.Flag),
        new("Screen:Language", ConfigKind.Word, Words: ["en", "zh-CN"]),
        new("Door:OpenMs", ConfigKind.Whole, 0, 30000),
        new("Card:Door", ConfigKind.Flag),
        new("Face:Door", ConfigKind.Flag),
        new("Frames:IdlePerSecond", ConfigKind.Real, 0.1, 30),
        new("Frames:AgeLimitSeconds", ConfigKind.Whole, 1, 300, AtRestart: true),
        new("TimeZone", ConfigKind.Zone),
        new("Photos:Enabled", ConfigKind.Flag),
        new("Photos:KeepDays", ConfigKind.Whole, 1, 365, AtRestart: true),
    ];

    /// <summary>The setting of that name, in any case; null where the bridge may not wish for it.</summary>
    public static ConfigSetting? Find(string? key) => All.FirstOrDefault(one => one.Key.Equals(key, StringComparison.OrdinalIgnoreCase));

    /// <summary>Null where the value may stand for that key, else one sentence. A time zone is known by name at the terminal and at the bridge's own store of zones, not here.</summary>
    public static string? Check(string? key, string? value)
    {
        if (Find(key) is not { } setting) return $"'{(key?.Length > 40 ? key[..40] : key)}' cannot be set from the bridge: there are {string.Join(", ", All.Select(one => one.Key))}.";
        if (string.IsNullOrWhiteSpace(value) || value.Length > MaxValue || value.Any(char.IsControl)) return $"{setting.Key} is empty, longer than {MaxValue} characters or holds a control character.";
        return setting.Kind switch
        {
            ConfigKind.Whole when !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long whole) || whole < setting.Min || whole > setting.Max => Range("a whole number"),
            ConfigKind.Real when !double.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double real) || !(real >= setting.Min && real <= setting.Max) => Range("a number"),
            ConfigKind.Flag when value is not ("true" or "false") => $"{setting.Key} is '{value}'; it must be true or false.",
            ConfigKind.Word when !setting.Words!.Contains(value) => $"{setting.Key} is '{value}'; it must be one of {string.Join(", ", setting.Words!)}.",
            _ => null,
        };

        string Range(string what) => string.Create(CultureInfo.InvariantCulture, $"{setting.Key} is '{value}'; it must be {what} from {setting.Min} to {setting.Max}.");
    }

    /// <summary>Whether two values of a setting mean the same: 0.5 and 5e-1 do.</summary>
    public static bool IsSame(string key, string? one, string? other) => one == other
        || (Find(key) is { Kind: ConfigKind.Real or ConfigKind.Whole } && double.TryParse(one, NumberStyles.Float, CultureInfo.InvariantCulture, out double a)
            && double.TryParse(other, NumberStyles.Float, CultureInfo.InvariantCulture, out double b) && Math.Abs(a - b) <= 1e-6 * Math.Max(Math.Abs(a), Math.Abs(b)));

    /// <summary>Null where the message as a whole can be used, else one sentence. Its settings are judged one by one.</summary>
    public static string? Check(ConfigMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Revision < 1) return "A configuration has a revision from 1.";
        if (!IsDigest(message.Digest)) return "A configuration has a digest of 32 hex digits.";
        return message.Settings.Count > MaxSettings || message.Settings.Any(one => one.Key.Length > MaxValue || one.Value is null || one.Value.Length > MaxValue)
            ? $"A configuration has at most {MaxSettings} settings, with names and values of at most {MaxValue} characters." : null;
    }

    /// <summary>Null where the bridge can keep the report, else one sentence.</summary>
    public static string? Check(ConfigApplied applied)
    {
        ArgumentNullException.ThrowIfNull(applied);
        if (applied.Revision < 0 || (applied.Digest.Length > 0 && !IsDigest(applied.Digest))) return "A report of the configuration has a revision from 0 and a digest of 32 hex digits, or none.";
        bool wide = applied.Settings.Count > MaxSettings || applied.Refused.Count > MaxSettings || applied.AtRestart.Count > MaxSettings
            || applied.Settings.Any(one => one.Key.Length > MaxValue || one.Value is null || one.Value.Length > MaxValue)
            || applied.Refused.Any(one => one.Key.Length > MaxValue || one.Value is null || one.Value.Length > 500 || one.Value.Any(char.IsControl)) || applied.AtRestart.Any(one => one is null || one.Length > MaxValue);
        return wide ? $"A report of the configuration has at most {MaxSettings} settings, each of at most {MaxValue} characters, and reasons of at most 500." : null;
    }

    private static bool IsDigest(string text) => text.Length == 32 && text.All(char.IsAsciiHexDigitLower);
}
