using Devices.Link;

namespace Devices.Terminal.Drivers;

/// <summary>
/// Which parts are wired, from the optional fields of <c>terminal.json</c>: <c>reader</c> wiegand, rc522, pn532 (I2C) or pn532-uart; <c>presence</c> pir or tof;
/// <c>screen</c> st7789 or ili9341; <c>turn</c> quarter turns of the screen; <c>keypad</c>; <c>near_mm</c>. What is absent is the first of each.
/// </summary>
public sealed class PartsConfig
{
    public string Reader { get; private set; } = "wiegand";

    public string Presence { get; private set; } = "pir";

    public string Screen { get; private set; } = "st7789";

    public int Turn { get; private set; }

    public bool Keypad { get; private set; }

    /// <summary>Nearer than this is present, for <c>tof</c>.</summary>
    public int NearMm { get; private set; } = 1200;

    /// <summary>Reads them; with a fault the first kinds stand, so that a terminal with a mistyped part still comes up and says so.</summary>
    public static PartsConfig Parse(byte[] file, out LinkFault? fault)
    {
        LinkReader reader = new LinkReader();
        PartsConfig read = new PartsConfig();
        if (reader.Load(file, file.Length))
        {
            read.Reader = Word(reader, "reader", "wiegand", "rc522", "pn532", "pn532-uart");
            read.Presence = Word(reader, "presence", "pir", "tof", "tof", "tof");
            read.Screen = Word(reader, "screen", "st7789", "ili9341", "ili9341", "ili9341");
            read.Turn = reader.Has("turn") ? (int)reader.Number("turn", 0, 3) : 0;
            read.Keypad = reader.Has("keypad") && reader.Flag("keypad");
            read.NearMm = reader.Has("near_mm") ? (int)reader.Number("near_mm", 200, 2000) : 1200;
        }

        fault = reader.Fault;
        return fault == null ? read : new PartsConfig();
    }

    private static string Word(LinkReader reader, string name, string first, string second, string third, string fourth)
    {
        string word = reader.Text(name, 16);
        if (word.Length == 0)
        {
            return first;
        }

        if (word != first && word != second && word != third && word != fourth)
        {
            reader.Unknown(name);
        }

        return word;
    }
}
