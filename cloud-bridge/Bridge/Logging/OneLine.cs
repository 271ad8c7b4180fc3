namespace Devices.Bridge.Logging;

/// <summary>
/// Text from outside as one line that a terminal shows and does not obey: names of topics, faults and files may hold line ends, with which entries could be forged, and
/// control sequences (ECMA-48), with which a console could be led astray.
/// </summary>
public static class OneLine
{
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string line = text.ReplaceLineEndings(" ");
        return line.Any(char.IsControl) ? string.Concat(line.Select(one => char.IsControl(one) ? '\uFFFD' : one)) : line;
    }
}
