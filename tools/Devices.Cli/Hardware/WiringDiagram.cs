using System.Globalization;
using System.Text;

namespace Devices.Cli.Hardware;

/// <summary>Draws a pin map on one board as SVG: the board with its two headers, parts beside it, a wire for each function. The same map gives the same bytes.</summary>
public static class WiringDiagram
{
    private const int Width = 1240;
    private const int Pitch = 24;
    private const int Top = 96;
    private const int BoardLeft = 500;
    private const int BoardRight = 740;
    private const int BoxWidth = 230;
    private const int Edge = 30;

    private static readonly string[] Colours = ["#1f6f8b", "#b5483a", "#3b7d3b", "#7a4fa3", "#a8741a", "#2b5fb3", "#9c2f6d", "#4d6b1f", "#8a4b2b", "#2f7f78", "#6b5b95", "#a03030", "#50708f", "#7d7d00"];

    /// <summary>The SVG of <paramref name="board"/>.</summary>
    public static string Draw(PinMap map, PinMapBoard board)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(board);
        string[] headers = [.. board.Headers.Keys];
        StringBuilder body = new();
        int bottom = Top + (board.Headers.Values.Max(header => header.Count) * Pitch) + 20;
        Rect(body, BoardLeft, Top - 26, BoardRight - BoardLeft, bottom - Top + 26, "#eef2ee", "#333");
        Text(body, (BoardLeft + BoardRight) / 2, Top - 40, board.Name, "middle", 15, "#111", true);
        Text(body, (BoardLeft + BoardRight) / 2, bottom + 16, board.Module, "middle", 11, "#555", false);
        int lowest = bottom + 20;
        for (int side = 0; side < headers.Length; side++)
        {
            lowest = Math.Max(lowest, Side(body, map, board.Headers[headers[side]], headers[side], side == 0));
        }

        Text(body, Edge, lowest + 26, "Dashed: one of several, by the setting written at the part. Made from pinmap.json by `devices hardware wiring`; change that, not this.", "start", 11, "#555", false);
        int height = lowest + 44;
        return string.Create(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"sans-serif\" role=\"img\" aria-label=\"Wiring of the {Escape(board.Name)}\">\n<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>\n")
            + body + "</svg>\n";
    }

    private static int Side(StringBuilder body, PinMap map, IReadOnlyList<string> header, string name, bool left)
    {
        int pinX = left ? BoardLeft : BoardRight;
        Text(body, left ? BoardLeft + 8 : BoardRight - 8, Top - 10, name, left ? "start" : "end", 11, "#555", true);
        for (int i = 0; i < header.Count; i++)
        {
            int y = PinY(i);
            bool gpio = int.TryParse(header[i], NumberStyles.None, CultureInfo.InvariantCulture, out int number);
            PinMapPin[] uses = gpio ? [.. map.Pins.Where(pin => pin.Gpio == number)] : [];
            Rect(body, pinX - 5, y - 5, 10, 10, uses.Length > 0 ? "#d9a400" : "#ccc", "#333");
            string label = gpio ? $"GPIO{number}" : header[i];
            Text(body, left ? pinX + 12 : pinX - 12, y + 4, $"{label}  ·  {i + 1}", left ? "start" : "end", 11, uses.Length > 0 ? "#111" : "#999", false);
        }

        (PinMapPin Pin, int At)[] wires = [.. header.SelectMany((text, at) => map.Pins.Where(pin => PinMap.Text(pin.Gpio) == text).Select(pin => (pin, at)))];
        string[] parts = [.. wires.OrderBy(wire => wire.At).Select(wire => wire.Pin.Part).Distinct()];
        int boxX = left ? Edge : Width - Edge - BoxWidth;
        int wireX = left ? Edge + BoxWidth : boxX;
        int y0 = 40;
        int lane = 0;
        foreach (string part in parts)
        {
            (PinMapPin Pin, int At)[] own = [.. wires.Where(wire => wire.Pin.Part == part)];
            PinMapPart about = map.Parts.First(p => p.Name == part);
            string[] lines = part == "I2C bus" ? [.. map.I2c.Select(chip => $"{chip.Chip}  {chip.Address:X2} hex  ({chip.Ref})")] : [];
            lines = string.IsNullOrEmpty(about.Also) ? lines : [.. lines, about.Also];
            string colour = Colours[map.Parts.Select(p => p.Name).ToList().IndexOf(part) % Colours.Length];
            int boxHeight = 34 + ((own.Length + lines.Length) * 18);
            Rect(body, boxX, y0, BoxWidth, boxHeight, "#fafafa", colour);
            string supply = about.Power.Length > 0 ? $"{about.Power}, GND" : "GND";
            string setting = own[0].Pin.When is { Length: > 0 } when ? $"  [{when}]" : "";
            Text(body, boxX + 8, y0 + 16, part + (about.Ref.Length > 0 ? $"  ({about.Ref})" : ""), "start", 12, colour, true);
            Text(body, boxX + 8, y0 + 29, supply + setting, "start", 10, "#777", false);
            for (int i = 0; i < own.Length; i++)
            {
                int y = y0 + 43 + (i * 18);
                PinMapPin pin = own[i].Pin;
                string level = string.IsNullOrEmpty(pin.Shift) ? "" : $"  ({pin.Shift})";
                string arrow = pin.Direction switch { "in" => left ? "→" : "←", "out" => left ? "←" : "→", _ => "↔" };
                Text(body, left ? wireX - 8 : wireX + 8, y + 4, left ? $"{pin.Pin}{level} {arrow}" : $"{arrow} {pin.Pin}{level}", left ? "end" : "start", 11, "#111", false);
                int laneX = left ? BoardLeft - 20 - (lane * 9) : BoardRight + 20 + (lane * 14);
                lane++;
                string dash = string.IsNullOrEmpty(pin.When) ? "" : " stroke-dasharray=\"5 3\"";
                body.Append(CultureInfo.InvariantCulture, $"<path d=\"M{wireX} {y}H{laneX}V{PinY(own[i].At)}H{pinX}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\"{dash}/>\n");
            }

            for (int i = 0; i < lines.Length; i++)
            {
                Text(body, boxX + 16, y0 + 47 + ((own.Length + i) * 18), lines[i], "start", 11, "#333", false);
            }

            y0 += boxHeight + 12;
        }

        return y0;
    }

    private static int PinY(int at) => Top + 10 + (at * Pitch);

    private static void Rect(StringBuilder body, int x, int y, int width, int height, string fill, string stroke) =>
        body.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\" stroke=\"{stroke}\"/>\n");

    private static void Text(StringBuilder body, int x, int y, string text, string anchor, int size, string fill, bool bold) =>
        body.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"{fill}\"{(bold ? " font-weight=\"bold\"" : "")}>{Escape(text)}</text>\n");

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
}
