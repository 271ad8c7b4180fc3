using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Hosting;

namespace Devices.Edge.Agent.Downlink.Commands;

/// <summary>
/// The last lines of the log for an operator, without persons. Lines of parts that never speak of people come whole; of every other line only
/// its time, kind, way, reason and punch number do: a list of what may pass, so that a new sentence with a name in it does not.
/// </summary>
public static partial class LogExcerpt
{
    private static readonly HashSet<string> Nameless = ["agent", "bridge", "camera", "clock", "config", "command", "disk", "mcu", "models", "update"];

    /// <summary>At most <see cref="CommandRules.MaxAttachment"/> characters, the newest lines.</summary>
    public static string Of(IReadOnlyList<NarrationEvent> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        LinkedList<string> kept = [];
        int length = 0;
        for (int i = lines.Count - 1; i >= 0; i--)
        {
            string line = Line(lines[i]);
            length += line.Length + 1;
            if (length > CommandRules.MaxAttachment) break;
            kept.AddFirst(line);
        }

        return string.Join('\n', kept);
    }

    private static string Line(NarrationEvent told)
    {
        string at = DateTimeOffset.FromUnixTimeMilliseconds(told.At).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        if (Nameless.Contains(told.Kind) && told.Person is null && told.Name is null) return $"{at} {told.Kind}: {Secret().Replace(told.Text.ReplaceLineEndings(" "), "$1$2…")}";
        StringBuilder line = new($"{at} {told.Kind}");
        if (told.Method is not null) line.Append(" method=").Append(told.Method);
        if (told.Reason is not null) line.Append(" reason=").Append(told.Reason);
        if (told.Seq is { } seq) line.Append(CultureInfo.InvariantCulture, $" seq={seq}");
        return line.ToString();
    }

    // A camera's address may hold a password, before the host or in the query.
    [GeneratedRegex(@"(://)[^\s/@]*(?=@)|(\?)[^\s'""]+")]
    private static partial Regex Secret();
}
