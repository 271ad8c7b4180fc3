namespace Devices.Link;

/// <summary>
/// The words of the wire and their values. Written out by hand because an enum's name is not available on the chip
/// (<c>ToString</c> gives the number there). A value or word without a counterpart gives "" or false.
/// </summary>
public static class LinkWords
{
    private static readonly string[] Directions = ["none", "in", "out"];
    private static readonly string[] Results = ["accepted", "repeat", "unknown", "refused", "full"];
    private static readonly string[] Events = ["door_forced", "door_held", "tamper", "exit_button", "fault"];

    private static readonly string[] Screens =
    [
        "idle", "look", "thanks", "repeat", "unknown", "spoof", "card_please", "ambiguous", "hint", "offline", "full", "fault", "held", "updating",
    ];

    public static string Of(PunchDirection value)
    {
        return At(Directions, (int)value);
    }

    public static string Of(ConfirmResult value)
    {
        return At(Results, (int)value);
    }

    public static string Of(EventKind value)
    {
        return At(Events, (int)value);
    }

    public static string Of(ScreenKind value)
    {
        return At(Screens, (int)value);
    }

    public static bool TryDirection(string word, out PunchDirection value)
    {
        int at = Find(Directions, word);
        value = at < 0 ? PunchDirection.None : (PunchDirection)at;
        return at >= 0;
    }

    public static bool TryResult(string word, out ConfirmResult value)
    {
        int at = Find(Results, word);
        value = at < 0 ? ConfirmResult.Refused : (ConfirmResult)at;
        return at >= 0;
    }

    public static bool TryEvent(string word, out EventKind value)
    {
        int at = Find(Events, word);
        value = at < 0 ? EventKind.Fault : (EventKind)at;
        return at >= 0;
    }

    public static bool TryScreen(string word, out ScreenKind value)
    {
        int at = Find(Screens, word);
        value = at < 0 ? ScreenKind.Idle : (ScreenKind)at;
        return at >= 0;
    }

    private static string At(string[] words, int index)
    {
        return index >= 0 && index < words.Length ? words[index] : "";
    }

    private static int Find(string[] words, string word)
    {
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] == word)
            {
                return i;
            }
        }

        return -1;
    }
}
