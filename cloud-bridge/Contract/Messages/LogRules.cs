using System.Text.RegularExpressions;

namespace Devices.Contract.Messages;

/// <summary>Which lines of a terminal's log may leave it whole: a list of what may pass, so that a new sentence with a name in it does not.</summary>
public static partial class LogRules
{
    /// <summary>Kinds whose sentences never speak of people. Of every other line only time, kind, way, reason and punch number may pass.</summary>
    public static IReadOnlySet<string> Nameless { get; } = new HashSet<string>(StringComparer.Ordinal) { "agent", "bridge", "camera", "clock", "config", "command", "disk", "mcu", "models", "update" };

    /// <summary>Takes out what an address may hold beside the host: a password before it, or its query.</summary>
    public static string WithoutSecrets(string text) => Secret().Replace(text, "$1$2…");

    [GeneratedRegex(@"(://)[^\s/@]*(?=@)|(\?)[^\s'""]+")]
    private static partial Regex Secret();
}
