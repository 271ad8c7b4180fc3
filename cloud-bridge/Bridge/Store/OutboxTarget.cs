using System.Text.RegularExpressions;

namespace Devices.Bridge.Store;

/// <summary>A place that punches go to. Its rows in the outbox are written in each punch's own transaction.</summary>
/// <param name="Name">Lower-case letters, digits and hyphens, at most 32: the key of its rows. Renaming it makes a new target.</param>
/// <param name="From">
/// What it gets of the past: <c>new</c> (punches that arrive after its first start), <c>all</c>, or the first day as <c>2026-11-01</c>
/// (punches of that day and later, by their own time in the site's zone).
/// </param>
public sealed partial record OutboxTarget(string Name, string From = OutboxTarget.New)
{
    /// <summary>Whether it is told of corrections to punches that it has or may have.</summary>
    public bool TakesCorrections { get; init; }

    /// <summary>The platform's rows: what HR sees as a punch's state.</summary>
    public const string Platform = "platform";

    /// <summary>Only what arrives from now on.</summary>
    public const string New = "new";

    /// <summary>The whole history.</summary>
    public const string All = "all";

    /// <summary>One sentence where it cannot work, or null.</summary>
    public string? Check()
    {
        if (Name == Platform) return $"A target cannot be called '{Platform}': that is the platform itself.";
        if (!Allowed().IsMatch(Name)) return $"The target's name '{Name}' must be of lower-case letters, digits and hyphens, at most 32.";
        return From is New or All || TryDay(out _) ? null : $"From of target {Name} is '{From}': give new, all, or a day such as 2026-11-01.";
    }

    /// <summary>The first day, where one is given.</summary>
    public bool TryDay(out DateOnly day) => DateOnly.TryParseExact(From, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out day);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}$")]
    private static partial Regex Allowed();
}
