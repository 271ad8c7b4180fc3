using System.Text;
using System.Text.RegularExpressions;

namespace Devices.FleetLoad.Reports;

/// <summary>
/// The page of figures. Each section stands between two comments, so that a run of some phases replaces those and leaves what other runs
/// measured.
/// </summary>
internal static partial class Page
{
    private const string Head =
        """
        # Fleet load and soak

        Written by `tools/fleet-load`; each section says when and with what command. **Read ratios and limits; the absolute figures belong to the machine.**

        """;

    public static void Write(string file, IEnumerable<Section> sections)
    {
        string text = File.Exists(file) ? File.ReadAllText(file) : Head;
        foreach (Section one in sections)
        {
            string part = $"<!-- begin {one.Key} -->\n## {one.Title}\n\n{one.Body.TrimEnd()}\n<!-- end {one.Key} -->\n";
            Regex old = new($"<!-- begin {Regex.Escape(one.Key)} -->\n.*?<!-- end {Regex.Escape(one.Key)} -->\n", RegexOptions.Singleline);
            text = old.IsMatch(text) ? old.Replace(text, _ => part, 1) : Insert(text, one.Key, part);
        }

        File.WriteAllText(file, text, new UTF8Encoding(false));
    }

    // In the order of the phases, whatever was measured first.
    private static string Insert(string text, string key, string part)
    {
        foreach (Match begin in Begin().Matches(text))
            if (Order(begin.Groups[1].Value) > Order(key)) return text.Insert(begin.Index, part + "\n");
        return text.TrimEnd() + "\n\n" + part;
    }

    private static int Order(string key)
    {
        string[] order = [.. LoadOptions.AllPhases, "punches", "uplink", "mcu"];
        int at = Array.FindIndex(order, one => key.StartsWith(one, StringComparison.Ordinal));
        return (at < 0 ? order.Length : at) * 2 + (key.Contains("-postgresql", StringComparison.Ordinal) ? 1 : 0);
    }

    [GeneratedRegex("<!-- begin ([a-z0-9-]+) -->")]
    private static partial Regex Begin();
}
