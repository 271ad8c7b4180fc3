using System.Globalization;
using System.Security;
using System.Text;

namespace Devices.Cli.Accuracy;

/// <summary>
/// A line chart as a small SVG file of its own: no script, no font, no reference outside. Colours follow the reader's light or dark
/// setting. Lines differ by dash as well as by colour, and every line is named in the legend.
/// </summary>
public sealed class SvgChart(string title, string description, Axis x, Axis y)
{
    private const int Width = 720, Height = 440, Left = 78, Right = 20, Top = 48, Bottom = 58;
    private const string Style = """

            .b{fill:#fff} text{font:12px system-ui,sans-serif;fill:#222} .h{font-weight:600;font-size:14px} .n{font-size:10px;fill:#555} .g{stroke:#ddd;fill:none} .a{stroke:#555;fill:none} .m{stroke:#888;stroke-dasharray:3 3;fill:none} .s{fill:none;stroke-width:2}
            .c0{stroke:#0b5fb0} .c1{stroke:#b34700} .c2{stroke:#1c7a3d} .c3{stroke:#8a2a8a} .c4{stroke:#666} .f0{fill:#0b5fb0} .f1{fill:#b34700} .f2{fill:#1c7a3d} .f3{fill:#8a2a8a} .f4{fill:#666}
            @media (prefers-color-scheme: dark){ .b{fill:#15181c} text{fill:#e6e6e6} .n{fill:#aaa} .g{stroke:#30353b} .a{stroke:#aaa} .c0{stroke:#6cb4ff} .c1{stroke:#ffa057} .c2{stroke:#6fd18e} .c3{stroke:#e08ae0} .c4{stroke:#bbb} .f0{fill:#6cb4ff} .f1{fill:#ffa057} .f2{fill:#6fd18e} .f3{fill:#e08ae0} .f4{fill:#bbb} }

            """;

    private static readonly string[] Dashes = ["", "7 4", "2 3", "9 3 2 3", "1 5"];
    private readonly StringBuilder _body = new();
    private readonly List<(string Name, int Style, bool Dots)> _legend = [];

    /// <summary>Adds a line; points that are not numbers break it.</summary>
    public SvgChart Line(string name, IEnumerable<(double X, double Y)> points, bool steps = false)
    {
        int style = _legend.Count;
        var path = new StringBuilder();
        bool open = false;
        double last = 0;
        foreach (var (px, py) in points)
        {
            if (!double.IsFinite(px) || !double.IsFinite(py))
            {
                open = false;
                continue;
            }

            double at = Y(py);
            if (open && steps) path.Append(CultureInfo.InvariantCulture, $"L{X(px):0.0} {last:0.0}");
            path.Append(CultureInfo.InvariantCulture, $"{(open ? 'L' : 'M')}{X(px):0.0} {at:0.0}");
            (open, last) = (true, at);
        }

        _body.Append(CultureInfo.InvariantCulture, $"<path class=\"s c{style % 5}\" stroke-dasharray=\"{Dashes[style % 5]}\" d=\"{path}\"/>\n");
        _legend.Add((name, style, false));
        return this;
    }

    /// <summary>Adds single points.</summary>
    public SvgChart Dots(string name, IEnumerable<(double X, double Y)> points)
    {
        int style = _legend.Count;
        foreach (var (px, py) in points.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)))
            _body.Append(CultureInfo.InvariantCulture, $"<circle class=\"f{style % 5}\" cx=\"{X(px):0.0}\" cy=\"{Y(py):0.0}\" r=\"2.6\"/>\n");
        _legend.Add((name, style, true));
        return this;
    }

    /// <summary>A vertical line with a word at its top.</summary>
    public SvgChart Mark(double at, string word)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<path class=\"m\" d=\"M{X(at):0.0} {Top}V{Height - Bottom}\"/><text x=\"{X(at) + 3:0.0}\" y=\"{Top + 11}\" class=\"n\">{SecurityElement.Escape(word)}</text>\n");
        return this;
    }

    public override string ToString()
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" role="img" aria-labelledby="t d">
            <title id="t">{SecurityElement.Escape(title)}</title>
            <desc id="d">{SecurityElement.Escape(description)}</desc>
            <style>{Style}</style>
            <rect class="b" width="{Width}" height="{Height}"/>
            <text class="h" x="{Left}" y="20">{SecurityElement.Escape(title)}</text>

            """);
        foreach (var (value, label) in x.Ticks())
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"g\" d=\"M{X(value):0.0} {Top}V{Height - Bottom}\"/><text x=\"{X(value):0.0}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{label}</text>\n");
        foreach (var (value, label) in y.Ticks())
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"g\" d=\"M{Left} {Y(value):0.0}H{Width - Right}\"/><text x=\"{Left - 6}\" y=\"{Y(value) + 4:0.0}\" text-anchor=\"end\">{label}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"a\" d=\"M{Left} {Top}V{Height - Bottom}H{Width - Right}\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 22}\" text-anchor=\"middle\">{SecurityElement.Escape(x.Title)}</text><text transform=\"translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{SecurityElement.Escape(y.Title)}</text>\n");
        svg.Append(_body);
        double at = Left;
        foreach (var (name, style, dots) in _legend)
        {
            svg.Append(dots
                ? string.Create(CultureInfo.InvariantCulture, $"<circle class=\"f{style % 5}\" cx=\"{at + 11:0}\" cy=\"34\" r=\"3\"/>")
                : string.Create(CultureInfo.InvariantCulture, $"<path class=\"s c{style % 5}\" stroke-dasharray=\"{Dashes[style % 5]}\" d=\"M{at:0} 34h22\"/>"));
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{at + 27:0}\" y=\"38\">{SecurityElement.Escape(name)}</text>\n");
            at += 27 + (name.Length * 6.3) + 16;
        }

        return svg.Append("</svg>\n").ToString();
    }

    private double X(double value) => Left + (x.Share(value) * (Width - Left - Right));

    private double Y(double value) => Height - Bottom - (y.Share(value) * (Height - Top - Bottom));
}
