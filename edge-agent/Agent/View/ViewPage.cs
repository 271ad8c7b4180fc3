using System.Reflection;

namespace Devices.Edge.Agent.View;

/// <summary>The page's files, built into the program: page and agent are always of the same version, and nothing is loaded from elsewhere.</summary>
public static class ViewPage
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["index.html"] = "text/html; charset=utf-8",
        ["view.js"] = "text/javascript; charset=utf-8",
        ["overlay.js"] = "text/javascript; charset=utf-8",
        ["view.css"] = "text/css; charset=utf-8",
        ["texts.en.json"] = "application/json; charset=utf-8",
        ["texts.zh-CN.json"] = "application/json; charset=utf-8",
    };

    /// <summary>A file and its type; null where there is none of that name.</summary>
    public static (byte[] Content, string Type)? Find(string name)
    {
        if (!Types.TryGetValue(name, out string? type)) return null;
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("view/" + name)
            ?? throw new InvalidOperationException($"The page's file {name} is not in the program.");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return (content, type);
    }

    /// <summary>The texts' file for a browser's <c>Accept-Language</c>: the first language that there is, else English.</summary>
    public static string TextsFor(string? acceptLanguage)
    {
        foreach (string range in (acceptLanguage ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            // Browsers list by falling preference; q=0 refuses.
            string[] parts = range.Split(';', StringSplitOptions.TrimEntries);
            if (parts.Length > 1 && parts[1].Replace(" ", "", StringComparison.Ordinal) is "q=0" or "q=0.0") continue;
            if (parts[0].Equals("zh", StringComparison.OrdinalIgnoreCase) || parts[0].StartsWith("zh-", StringComparison.OrdinalIgnoreCase)) return "texts.zh-CN.json";
            if (parts[0].Equals("en", StringComparison.OrdinalIgnoreCase) || parts[0].StartsWith("en-", StringComparison.OrdinalIgnoreCase)) return "texts.en.json";
        }

        return "texts.en.json";
    }
}
