using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Devices.Bridge.Web.Parts;

/// <summary>A setting that somebody made; what is not made has its default.</summary>
/// <param name="Key">As it is written, below <c>Bridge:</c>.</param>
/// <param name="Secret">Whether its value is kept back.</param>
/// <param name="From"><c>command</c>, <c>environment</c> or <c>file</c>.</param>
public sealed record SettingShown(string Key, string Value, bool Secret, string From)
{
    private static readonly string[] SecretWords = ["secret", "password", "token", "key", "credential"];

    /// <summary>The first part of the name.</summary>
    public string Part => Key.Contains(':', StringComparison.Ordinal) ? Key[..Key.IndexOf(':', StringComparison.Ordinal)] : "Bridge";

    /// <summary>Whether a name is that of a secret. The name of a file that holds one is none.</summary>
    public static bool IsSecret(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        string last = key[(key.LastIndexOf(':') + 1)..];
        return !last.EndsWith("File", StringComparison.OrdinalIgnoreCase) && SecretWords.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>By name.</summary>
    public static IReadOnlyList<SettingShown> Read(IConfigurationRoot configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        List<SettingShown> found = [];
        foreach (var (path, value) in configuration.GetSection("Bridge").AsEnumerable(makePathsRelative: true))
        {
            if (string.IsNullOrEmpty(value)) continue;
            // The last source that has it is the one that counts.
            IConfigurationProvider? from = configuration.Providers.LastOrDefault(p => p.TryGet($"Bridge:{path}", out _));
            found.Add(new(path, IsSecret(path) ? "" : value, IsSecret(path), from switch { CommandLineConfigurationProvider => "command", EnvironmentVariablesConfigurationProvider => "environment", _ => "file" }));
        }

        return [.. found.OrderBy(s => s.Part, StringComparer.Ordinal).ThenBy(s => s.Key, StringComparer.Ordinal)];
    }
}
