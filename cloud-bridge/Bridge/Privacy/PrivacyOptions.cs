namespace Devices.Bridge.Privacy;

/// <summary>What people's own data may and must: <c>Bridge:Privacy:*</c>.</summary>
public sealed record PrivacyOptions
{
    /// <summary>
    /// Whether a face that a terminal enrolled is handed to the site's other terminals only with a recorded consent of the person. Without one it
    /// is withheld at the bridge (sealed as ever) and handed on when the consent is recorded.
    /// </summary>
    public bool RequireConsent { get; init; }

    /// <summary>Version of the wording that HR records consents to, offered on the page.</summary>
    public string TextVersion { get; set; } = "";

    /// <summary>
    /// File with a line for each erased person, appended to at each erasure and applied at each start: keep it where a restore does not put it
    /// back to an older state. Empty: <c>erased.jsonl</c> in the bridge's data.
    /// </summary>
    public string TombstoneFile { get; init; } = "";

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check()
    {
        if (TextVersion.Length > 64) return "Bridge:Privacy:TextVersion has at most 64 characters.";
        if (TombstoneFile.Length > 0 && Path.GetDirectoryName(Path.GetFullPath(TombstoneFile)) is { } directory && !Directory.Exists(directory))
            return $"Bridge:Privacy:TombstoneFile lies in {directory}, which does not exist.";
        return null;
    }
}
