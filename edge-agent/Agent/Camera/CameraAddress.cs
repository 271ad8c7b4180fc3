using System.Globalization;
using System.Text;
using Devices.Edge.Agent.Camera.Mjpeg;
using Devices.Edge.Agent.Camera.V4l2;

namespace Devices.Edge.Agent.Camera;

/// <summary>
/// The configuration key <c>Camera</c>: <c>v4l2:/dev/video0?width=640&amp;height=480&amp;fps=15&amp;format=mjpeg</c>,
/// <c>mjpeg:http://host/stream</c>, <c>process:program arguments…</c>, or <c>none</c>.
/// </summary>
public static class CameraAddress
{
    /// <summary>Makes the source; null source for <c>none</c>. On refusal <paramref name="problem"/> is one sentence.</summary>
    public static bool TryCreate(string? text, TimeProvider time, out IFrameSource? source, out string? problem)
    {
        source = null;
        problem = null;
        text = text?.Trim() ?? "";
        if (text == "none") return true;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string kind = colon < 0 ? text : text[..colon];
        string rest = colon < 0 ? "" : text[(colon + 1)..];
        switch (kind)
        {
            case "v4l2":
                problem = V4l2(rest, out V4l2Options? options);
                if (options is not null) source = new V4l2Source(options, time);
                break;
            case "mjpeg":
                if (Uri.TryCreate(rest, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https") source = new HttpMjpegSource(address, time);
                else problem = "after 'mjpeg:' an http or https address must follow";
                break;
            case "process":
                List<string>? command = Split(rest);
                if (command is { Count: > 0 }) source = new ProcessMjpegSource(command, time);
                else problem = command is null ? "a quotation mark is not closed" : "after 'process:' the program and its arguments must follow";
                break;
            default:
                problem = "it must begin with v4l2:, mjpeg: or process:, or be none";
                break;
        }

        return problem is null;
    }

    /// <summary>Splits a command line at blanks; '…' and "…" hold blanks together. Null where a quotation mark is not closed.</summary>
    internal static List<string>? Split(string line)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool any = false;
        char quote = '\0';
        foreach (char c in line)
        {
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '\'' or '"')
            {
                quote = c;
                any = true;
            }
            else if (char.IsWhiteSpace(c))
            {
                if (any || word.Length > 0) words.Add(word.ToString());
                word.Clear();
                any = false;
            }
            else
            {
                word.Append(c);
            }
        }

        if (quote != '\0') return null;
        if (any || word.Length > 0) words.Add(word.ToString());
        return words;
    }

    private static string? V4l2(string rest, out V4l2Options? options)
    {
        options = null;
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        string path = question < 0 ? rest : rest[..question];
        if (!path.StartsWith('/')) return "after 'v4l2:' the path of a device such as /dev/video0 must follow";
        V4l2Options made = new(path);
        if (question >= 0)
        {
            foreach (string pair in rest[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                string[] parts = pair.Split('=', 2);
                string value = parts.Length > 1 ? parts[1] : "";
                bool number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int n);
                switch (parts[0])
                {
                    case "width" when number && n is >= 64 and <= 8192: made = made with { Width = n }; break;
                    case "height" when number && n is >= 64 and <= 8192: made = made with { Height = n }; break;
                    case "fps" when number && n is >= 1 and <= 120: made = made with { FramesPerSecond = n }; break;
                    case "format" when value == "mjpeg": made = made with { Format = FrameFormat.Jpeg }; break;
                    case "format" when value == "yuyv": made = made with { Format = FrameFormat.Yuyv }; break;
                    case "format" when value == "nv12": made = made with { Format = FrameFormat.Nv12 }; break;
                    default: return $"'{pair}' is not one of width=64..8192, height=64..8192, fps=1..120, format=mjpeg|yuyv|nv12";
                }
            }
        }

        options = made;
        return null;
    }
}
