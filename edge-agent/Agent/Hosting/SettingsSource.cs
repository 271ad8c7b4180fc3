using System.Globalization;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Track;
using Microsoft.Extensions.Configuration;

namespace Devices.Edge.Agent.Hosting;

/// <summary>
/// The terminal's own configuration as it was read, so that the bridge's wishes can be laid over it: the file gives way to the bridge; the
/// environment and the command line do not, since somebody at the board set them for this start.
/// </summary>
/// <param name="Values">Every key with a value.</param>
/// <param name="Pinned">Keys from environment or command line.</param>
public sealed record SettingsSource(IReadOnlyDictionary<string, string?> Values, IReadOnlySet<string> Pinned)
{
    public static SettingsSource None { get; } = new(new Dictionary<string, string?>(), new HashSet<string>());

    public static SettingsSource Of(IConfiguration all, IEnumerable<string> pinned) => new(
        all.AsEnumerable().Where(one => one.Value is not null).ToDictionary(one => one.Key, one => one.Value, StringComparer.OrdinalIgnoreCase),
        new HashSet<string>(pinned, StringComparer.OrdinalIgnoreCase));

    /// <summary>The options with some values in place of the file's.</summary>
    /// <exception cref="StartException">A value is out of range; one sentence.</exception>
    public AgentOptions With(IReadOnlyDictionary<string, string> wishes)
    {
        Dictionary<string, string?> all = new(Values, StringComparer.OrdinalIgnoreCase);
        foreach ((string key, string value) in wishes) all[key] = value;
        return AgentConfiguration.Validate(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
    }

    /// <summary>The value of a setting that can be wished for, as the configuration file writes it.</summary>
    public static string TextOf(AgentOptions options, string key)
    {
        ArgumentNullException.ThrowIfNull(options);
        return key switch
        {
            "Repeat:Seconds" => Whole(options.RepeatWindow.TotalSeconds),
            "WantedFpir" => options.WantedFpir.ToString(CultureInfo.InvariantCulture),
            "Liveness:Enabled" => Flag(options.Liveness),
            "Liveness:Challenge" => options.Challenge switch { ChallengePolicy.Off => "off", ChallengePolicy.Always => "always", _ => "doubt" },
            "Liveness:Acts" => options.ChallengeActs switch { ChallengeActs.Turn => "turn", ChallengeActs.Blink => "blink", _ => "either" },
            // Empty: the pack's own.
            "Liveness:AskBelow" => options.AskBelow?.ToString(CultureInfo.InvariantCulture) ?? "",
            "Face:MinimumEyes" => options.MinimumEyes.ToString(CultureInfo.InvariantCulture),
            "Face:NearestOnly" => Flag(options.NearestOnly),
            "Screen:Language" => options.Language == HintLanguage.Chinese ? "zh-CN" : "en",
            "Door:OpenMs" => Whole(options.DoorOpenMs),
            "Card:Door" => Flag(options.CardDoor),
            "Face:Door" => Flag(options.FaceDoor),
            "Frames:IdlePerSecond" => options.IdleFramesPerSecond.ToString(CultureInfo.InvariantCulture),
            "Frames:AgeLimitSeconds" => Whole(options.FrameAgeLimit.TotalSeconds),
            "TimeZone" => options.Zone.Id,
            "Photos:Enabled" => Flag(options.Photos),
            "Photos:KeepDays" => Whole(options.PhotoLimits.Kept.TotalDays),
            _ => throw new ArgumentException($"'{key}' has no text here.", nameof(key)),
        };
    }

    private static string Whole(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static string Flag(bool value) => value ? "true" : "false";
}
