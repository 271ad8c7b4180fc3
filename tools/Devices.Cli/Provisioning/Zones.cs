using NodaTime;

namespace Devices.Cli.Provisioning;

/// <summary>Time zones by the tz database's names, with the nearest ones for a name that is not among them.</summary>
internal static class Zones
{
    private const int Most = 3;

    /// <summary>Null where the zone exists, else a sentence with what may have been meant.</summary>
    public static string? Fault(string zone)
    {
        if (DateTimeZoneProviders.Tzdb.Ids.Contains(zone)) return null;
        List<string> near = Near(zone);
        return $"'{zone}' is not an IANA time zone such as Asia/Shanghai or Europe/Berlin.{(near.Count == 0 ? "" : $" Did you mean {string.Join(" or ", near)}?")}";
    }

    /// <summary>The zones that somebody may have meant, nearest first: another spelling, a city alone, or a slip of the finger.</summary>
    public static List<string> Near(string typed)
    {
        string plain = Plain(typed);
        if (plain.Length < 3) return [];
        int allowed = Math.Max(2, plain.Length / 4);
        // A city of another country's zone: China has one zone, and people write Beijing.
        string meant = plain.Contains("beijing", StringComparison.Ordinal) || plain.Contains("peking", StringComparison.Ordinal) || plain.Contains("shenzhen", StringComparison.Ordinal) ? "shanghai" : plain;
        return [.. DateTimeZoneProviders.Tzdb.Ids
            .Select(id => (Id: id, Distance: Distance(meant, id, allowed)))
            .Where(one => one.Distance <= allowed)
            .OrderBy(one => one.Distance).ThenBy(one => one.Id, StringComparer.Ordinal)
            .Take(Most).Select(one => one.Id)];
    }

    private static int Distance(string typed, string id, int allowed)
    {
        string whole = Plain(id), city = Plain(id[(id.LastIndexOf('/') + 1)..]);
        if (typed == city || typed == whole) return 0;
        int best = Math.Min(Levenshtein(typed, whole), Levenshtein(typed, city) + 1);
        // "shanghai china", "asia shanghai city": the city is in it.
        return city.Length >= 5 && typed.Contains(city, StringComparison.Ordinal) ? Math.Min(best, allowed - 1) : best;
    }

    private static string Plain(string text) => new([.. text.ToLowerInvariant().Where(char.IsLetterOrDigit)]);

    private static int Levenshtein(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
