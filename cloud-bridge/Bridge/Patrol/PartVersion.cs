using System.Globalization;

namespace Devices.Bridge.Patrol;

/// <summary>Versions of a terminal's parts: <c>1.2.3</c>, <c>1.2.3-beta</c>, or <c>pack@1.2.3</c>. Another pack is neither older nor newer.</summary>
internal static class PartVersion
{
    public static bool IsOlder(string mine, string newest) => Name(mine) == Name(newest) && Compare(mine, newest) < 0;

    /// <summary>The newest of one part among the fleet's. What cannot be read is left out.</summary>
    public static string? Newest(IEnumerable<string> all)
    {
        string? newest = null;
        // Of several packs the one that most terminals run is the fleet's.
        foreach (string one in all.Where(v => Numbers(v) is not null).GroupBy(Name).OrderByDescending(g => g.Count()).FirstOrDefault() ?? Enumerable.Empty<string>())
            if (newest is null || Compare(newest, one) < 0) newest = one;
        return newest;
    }

    private static string Name(string version) => version.Contains('@', StringComparison.Ordinal) ? version[..version.IndexOf('@', StringComparison.Ordinal)] : "";

    private static int Compare(string a, string b)
    {
        if (Numbers(a) is not { } mine || Numbers(b) is not { } other) return 0;
        for (int i = 0; i < Math.Max(mine.Length, other.Length); i++)
            if (mine.ElementAtOrDefault(i).CompareTo(other.ElementAtOrDefault(i)) is not 0 and var order) return order;
        // A pre-release comes before its release (SemVer 2.0.0, 11.3).
        return a.Contains('-', StringComparison.Ordinal) == b.Contains('-', StringComparison.Ordinal) ? 0 : a.Contains('-', StringComparison.Ordinal) ? -1 : 1;
    }

    private static int[]? Numbers(string version)
    {
        string plain = version[(version.IndexOf('@', StringComparison.Ordinal) + 1)..].Split('-', '+')[0];
        string[] parts = plain.Split('.');
        int[] numbers = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return null;
        return numbers;
    }
}
