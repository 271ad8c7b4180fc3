using System.Globalization;
using System.Text;
using Devices.Cli.App;
using QRCoder;

namespace Devices.Cli.Provisioning.HandOver;

/// <summary>What a terminal's label says.</summary>
/// <param name="Terminal">Its name.</param>
/// <param name="Bridge">The bridge's address, <c>https://host:port</c>.</param>
public sealed record LabelText(string Terminal, string Bridge, string? Serial, string? Site, string? Place, string? Contact)
{
    /// <summary>
    /// What the QR code holds: the terminal's page at the bridge, for whoever scans it with a phone. Serial and site come behind '#', which no
    /// browser sends anywhere. No secret is in it.
    /// </summary>
    public string Address
    {
        get
        {
            string[] facts = [.. new (string, string?)[] { ("serial", Serial), ("site", Site), ("place", Place) }.Where(one => !string.IsNullOrEmpty(one.Item2)).Select(one => $"{one.Item1}={Uri.EscapeDataString(one.Item2!)}")];
            return $"{Bridge}/terminals/{Terminal}{(facts.Length > 0 ? "#" + string.Join('&', facts) : "")}";
        }
    }
}

/// <summary>
/// A label of 60 × 30 mm at 8 dots a millimetre (203 dpi, the usual label printer): QR code and text; as PNG, and as ZPL II for Zebra's printers and
/// those that understand them.
/// </summary>
public sealed class Label
{
    private const int Wide = 480, High = 240, Edge = 12, CodeWide = 212, TextLeft = CodeWide + (2 * Edge), TextWide = Wide - TextLeft - Edge;
    private const int LongestAddress = 300;

    private readonly LabelText _text;
    private readonly List<(string Line, int Scale, int Top)> _lines = [];

    /// <exception cref="CliException"><see cref="ExitCodes.LabelRefused"/>: it has no room for the text.</exception>
    public Label(LabelText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
        if (text.Address.Length > LongestAddress) throw new CliException(ExitCodes.LabelRefused, $"The label's code would have {text.Address.Length} characters; {LongestAddress} can be read at this size.", "Shorten --site or --place.");
        int scale = Dots.Measure(text.Terminal, 2) <= TextWide ? 2 : 1;
        int top = Edge;
        foreach (string line in Dots.Wrap(text.Terminal, TextWide, scale)) Add(line, scale, ref top);
        top += 6;
        foreach (string? part in (string?[])[text.Site, text.Place, text.Serial is { Length: > 0 } serial ? "S/N " + serial : null, text.Contact])
            foreach (string line in Dots.Wrap(Clean(part), TextWide)) Add(line, 1, ref top);
        if (top > High - Edge + 4) throw new CliException(ExitCodes.LabelRefused, "The label has no room for site, place, serial number and contact together.", "Shorten --site, --place or --contact.");
    }

    public byte[] ToPng()
    {
        Dots dots = new(Wide, High);
        List<System.Collections.BitArray> code = Code();
        int zoom = Math.Max(1, CodeWide / code.Count), left = Edge + ((CodeWide - (code.Count * zoom)) / 2), above = (High - (code.Count * zoom)) / 2;
        for (int y = 0; y < code.Count; y++)
            for (int x = 0; x < code.Count; x++)
                if (code[y][x]) dots.Set(left + (x * zoom), above + (y * zoom), zoom);
        foreach (var (line, scale, at) in _lines) dots.Text(TextLeft, at, line, scale);
        return dots.ToPng(2);
    }

    /// <summary>One format, <c>^XA … ^XZ</c>, UTF-8. A line that the printer's own font may lack goes as a picture.</summary>
    public string ToZpl()
    {
        // The printer adds no quiet zone of its own.
        int modules = Code().Count - 8, zoom = Math.Clamp((CodeWide - (2 * Edge)) / modules, 1, 10);
        var zpl = new StringBuilder();
        zpl.Append(CultureInfo.InvariantCulture, $"^XA\n^CI28\n^PW{Wide}\n^LL{High}\n^LH0,0\n");
        zpl.Append(CultureInfo.InvariantCulture, $"^FO{Edge * 2},{(High - (modules * zoom)) / 2}^BQN,2,{zoom}^FH_^FDMA,{Escape(_text.Address)}^FS\n");
        foreach (var (line, scale, at) in _lines)
        {
            zpl.Append(CultureInfo.InvariantCulture, $"^FO{TextLeft},{at}");
            if (line.All(char.IsAscii))
            {
                zpl.Append(CultureInfo.InvariantCulture, $"^A0N,{Dots.LineHeight * scale},{18 * scale}^FH_^FD{Escape(line)}^FS\n");
                continue;
            }

            Dots picture = new(Dots.Measure(line, scale), Dots.LineHeight * scale);
            picture.Text(0, 0, line, scale);
            zpl.Append(picture.ToZpl()).Append("^FS\n");
        }

        return zpl.Append("^XZ\n").ToString();
    }

    private void Add(string line, int scale, ref int top)
    {
        _lines.Add((line, scale, top));
        top += (Dots.LineHeight * scale) + 3;
    }

    private List<System.Collections.BitArray> Code()
    {
        using QRCodeGenerator generator = new();
        using QRCodeData data = generator.CreateQrCode(_text.Address, QRCodeGenerator.ECCLevel.M);
        return [.. data.ModuleMatrix];
    }

    private static string Clean(string? text) => string.Concat((text ?? "").Select(one => char.IsControl(one) ? ' ' : one)).Trim();

    // ZPL's own marks, and ^FH's, in hex.
    private static string Escape(string text) => string.Concat(text.Select(one => one is '^' or '~' or '_' or '\\' || char.IsControl(one) ? $"_{(int)one:X2}" : one.ToString()));
}
