namespace Devices.Terminal.Screens;

/// <summary>"08:31" of a moment at the site's offset.</summary>
public static class ClockText
{
    public static string Of(long epochMs, int offsetMinutes)
    {
        if (epochMs <= 0)
        {
            return "--:--";
        }

        int minutes = (int)(((epochMs / 60000) + offsetMinutes) % 1440);
        char[] chars =
        [
            (char)('0' + (minutes / 600)),
            (char)('0' + (minutes / 60 % 10)),
            ':',
            (char)('0' + (minutes % 60 / 10)),
            (char)('0' + (minutes % 10)),
        ];
        return new string(chars);
    }
}
