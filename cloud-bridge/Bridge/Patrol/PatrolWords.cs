using System.Globalization;
using System.Resources;
using Devices.Bridge.Store;

namespace Devices.Bridge.Patrol;

/// <summary>A finding's three sentences, in a language of the pages.</summary>
public static class PatrolWords
{
    private static readonly ResourceManager Resources = new("Devices.Bridge.Web.Texts", typeof(PatrolWords).Assembly);

    /// <summary>What was found, with its facts.</summary>
    public static string Found(PatrolFinding finding, CultureInfo culture) => string.Format(culture, Text(finding, "found", culture), [.. finding.Facts.Cast<object>(), .. Enumerable.Repeat<object>("", 4)]);

    /// <summary>What it means.</summary>
    public static string Means(PatrolFinding finding, CultureInfo culture) => Text(finding, "means", culture);

    /// <summary>What to do.</summary>
    public static string Remedy(PatrolFinding finding, CultureInfo culture) => Text(finding, "remedy", culture);

    // Kept by a newer bridge: its code says a little.
    private static string Text(PatrolFinding finding, string which, CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return Resources.GetString($"patrol.{finding.Code}.{which}", culture) ?? finding.Code;
    }
}
