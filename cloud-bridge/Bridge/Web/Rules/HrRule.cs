using System.Globalization;

namespace Devices.Bridge.Web.Rules;

/// <summary>A rule that belongs to HR. Its text is <c>rules.NAME</c>, with the key in small letters and <c>_</c> for the colon.</summary>
/// <param name="Key">As the configuration calls it, below <c>Bridge:</c>.</param>
/// <param name="Most">Largest number; 0 for a yes or no, −1 for a text.</param>
/// <param name="Apply">Puts a value in force at once.</param>
public sealed record HrRule(string Key, int Least, int Most, string Default, Action<string> Apply)
{
    private const int LongestText = 64;

    public bool IsFlag => Most == 0;

    public bool IsText => Most < 0;

    public string TextKey => $"rules.{Key.Replace(':', '_').ToLowerInvariant()}";

    /// <summary>The value as it is kept; null where it cannot be one.</summary>
    public string? Read(string? typed)
    {
        string value = (typed ?? "").Trim();
        if (IsFlag) return value is "true" or "false" ? value : null;
        if (IsText) return value.Length <= LongestText && !value.Any(char.IsControl) ? value : null;
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= Least && number <= Most ? number.ToString(CultureInfo.InvariantCulture) : null;
    }
}

/// <summary>A rule as it stands.</summary>
/// <param name="Stored">What HR set; null where nobody did.</param>
/// <param name="Configured">Whether the configuration sets it: then it is changed there and not here.</param>
public sealed record HrRuleState(HrRule Rule, string Value, string? Stored, bool Configured);
