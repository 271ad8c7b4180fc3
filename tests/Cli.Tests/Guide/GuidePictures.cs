using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Devices.Cli.Tests.Support;
using Devices.Link;
using Devices.Standins.Terminal;
using Devices.Terminal.Screens;
using SkiaSharp;

namespace Devices.Cli.Tests.Guide;

/// <summary>
/// The pictures of the technician's guide: drawn by the tests from what the product shows, and compared with the committed ones. With <c>DEVICES_GUIDE_WRITE=1</c> in the
/// environment they are written anew.
/// </summary>
internal static partial class GuidePictures
{
    public const int MostBytes = 30 * 1024;

    public static string Folder => Path.Combine(Packs.Root(), "tools", "guide");

    private static bool Writes => Environment.GetEnvironmentVariable("DEVICES_GUIDE_WRITE") == "1";

    /// <summary>The terminal's screen as its firmware draws it, as PNG.</summary>
    public static void CheckScreen(string name, ScreenKind kind, string main, bool online = true, int queued = 0, bool chinese = false, string title = "", string detail = "")
    {
        HostPanel panel = new(240, 240);
        PixelScreen screen = new(panel, Font());
        ScreenDirector director = new(screen, chinese);
        long wall = new DateTimeOffset(2026, 11, 26, 0, 31, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        director.Step(0, wall, 480, online, queued, 0);
        director.BoardNote = kind == ScreenKind.Idle ? detail : "";
        if (kind == ScreenKind.Idle) director.Idle();
        else director.Show(kind, title, main, detail, 0, 60_000);
        for (long now = 10; now < 20_000; now += 10)
        {
            director.Step(now, wall, 480, online, queued, 0);
            screen.Step(now);
            if (now > 1000 && screen.IsSettled) break;
        }

        byte[] pixels = panel.Look().Pixels;
        string path = Path.Combine(Folder, "pictures", name + ".png");
        if (Writes) File.WriteAllBytes(path, Png(pixels));
        using SKBitmap committed = SKBitmap.Decode(path) ?? throw new InvalidDataException($"{path} is missing; run this test with DEVICES_GUIDE_WRITE=1.");
        for (int i = 0; i < 240 * 240; i++)
            if (committed.GetPixel(i % 240, i / 240) != Colour(pixels, i)) Assert.Fail($"{name}.png is out of date: run these tests with DEVICES_GUIDE_WRITE=1 and commit it.");
        Small(path);
    }

    /// <summary>A terminal window's lines as SVG; what differs from run to run is made the same.</summary>
    public static void CheckWindow(string name, string title, IEnumerable<string> lines)
    {
        string path = Path.Combine(Folder, "pictures", name + ".svg"), svg = Svg(title, [.. lines.Where(line => !OfThisMachine().IsMatch(line)).SelectMany(line => Fold(Same(line)))]);
        if (Writes) File.WriteAllText(path, svg);
        File.Exists(path).ShouldBeTrue($"{path} is missing; run this test with DEVICES_GUIDE_WRITE=1.");
        if (File.ReadAllText(path) != svg) Assert.Fail($"{name}.svg is out of date: run these tests with DEVICES_GUIDE_WRITE=1 and commit it.\n{svg}");
        Small(path);
    }

    private static void Small(string path) => new FileInfo(path).Length.ShouldBeLessThanOrEqualTo(MostBytes, path);

    private static string Same(string line)
    {
        line = Machine().Replace(line, "Raspberry Pi 5 Model B Rev 1.0, serial 1f3a2c5b7d9e0f11, Arm64, 24.6 GB free, clock 2026-11-26 08:31 UTC");
        line = Mqtt().Replace(line, "MQTT: bridge.example:8883");
        line = Address().Replace(line, "bridge.example:5443");
        // The live picture is on loopback; everything else stands for a place on the network.
        if (!line.Contains("ssh -N", StringComparison.Ordinal) && !line.Contains("?token", StringComparison.Ordinal)) line = line.Replace("127.0.0.1", "192.168.7.2", StringComparison.Ordinal).Replace("'192.168.7.2'", "'bridge.example'", StringComparison.Ordinal);
        line = Claim().Replace(line, "7K3QD-…@9f31…");
        line = Token().Replace(line, "token=…");
        line = Pty().Replace(line, "/dev/ttyACM0");
        line = Folders().Replace(line, "/var/lib/devices-agent");
        line = Date().Replace(line, "2026-11-26 08:31");
        line = Year().Replace(line, "2027-11-26");
        line = Rate().Replace(line, "15.0 pictures a second");
        line = Version().Replace(line, "version 1.0.0");
        line = Socket().Replace(line, "1883");
        line = Views().Replace(line, "43117");
        line = Default().Replace(line, "(none)");
        line = Zone().Replace(line, "(Asia/Shanghai)");
        line = Look().Replace(line, "brightness 128 of 255, black 1 %, burnt out 0 %, sharpness 240");
        // A table is as wide as what is in it.
        if (line.StartsWith('│') && line.Split('│', StringSplitOptions.TrimEntries) is [_, var what, var answer, _]) return $"│ {what,-15} │ {answer,-40} │";
        return line.Length > 0 && line[0] is '┌' or '└' ? line[0] + new string('─', 17) + (line[0] == '┌' ? '┬' : '┴') + new string('─', 42) + line[^1] : line.TrimEnd();
    }

    private static IEnumerable<string> Fold(string line)
    {
        const int Wide = 100;
        for (; line.Length > Wide; line = "    " + line)
        {
            int cut = line.LastIndexOf(' ', Wide);
            if (cut < 20) cut = Wide;
            yield return line[..cut];
            line = line[cut..].TrimStart();
        }

        yield return line;
    }

    private static string Svg(string title, List<string> lines)
    {
        int high = 44 + (lines.Count * 18);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" height=\"{high}\" viewBox=\"0 0 860 {high}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"860\" height=\"{high}\" rx=\"8\" fill=\"#1b1f24\"/><circle cx=\"18\" cy=\"15\" r=\"5\" fill=\"#e5534b\"/><circle cx=\"36\" cy=\"15\" r=\"5\" fill=\"#c69026\"/><circle cx=\"54\" cy=\"15\" r=\"5\" fill=\"#57ab5a\"/>\n");
        svg.Append("<g font-family=\"DejaVu Sans Mono,Menlo,Consolas,Noto Sans Mono CJK SC,monospace\" font-size=\"13\" fill=\"#d6dde5\" xml:space=\"preserve\">\n");
        for (int i = 0; i < lines.Count; i++) svg.Append(CultureInfo.InvariantCulture, $"<text x=\"16\" y=\"{46 + (i * 18)}\">{WebUtility.HtmlEncode(lines[i])}</text>\n");
        return svg.Append("</g></svg>\n").ToString();
    }

    private static byte[] Png(byte[] pixels)
    {
        using SKBitmap bitmap = new(240, 240);
        for (int i = 0; i < 240 * 240; i++) bitmap.SetPixel(i % 240, i / 240, Colour(pixels, i));
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    // RGB565, high byte first.
    private static SKColor Colour(byte[] pixels, int at)
    {
        int value = (pixels[at * 2] << 8) | pixels[(at * 2) + 1], red = value >> 11, green = (value >> 5) & 63, blue = value & 31;
        return new SKColor((byte)(red * 255 / 31), (byte)(green * 255 / 63), (byte)(blue * 255 / 31));
    }

    private static BitmapFont Font()
    {
        using Stream file = typeof(TerminalMachine).Assembly.GetManifestResourceStream(BitmapFont.FileName)!;
        byte[] data = new byte[file.Length];
        file.ReadExactly(data);
        return BitmapFont.Open(data)!;
    }

    // What this machine has or lacks beside what the test brings.
    [GeneratedRegex(@"\A(No (camera|MCU) is connected|No model pack is installed|\s+\d\s+/dev/)")]
    private static partial Regex OfThisMachine();

    [GeneratedRegex(@"(?<=or none\): )\([^)]*\)")]
    private static partial Regex Default();

    [GeneratedRegex(@"(?<=Time zone: )\([^)]*\)")]
    private static partial Regex Zone();

    [GeneratedRegex(@"brightness \d+ of 255, black \d+ %, burnt out \d+ %, sharpness \d+")]
    private static partial Regex Look();

    [GeneratedRegex(@"(?<=Board: ).*, serial .*? UTC")]
    private static partial Regex Machine();

    [GeneratedRegex(@"MQTT: 127\.0\.0\.1:\d+")]
    private static partial Regex Mqtt();

    [GeneratedRegex(@"(?<=https://)127\.0\.0\.1:\d{4,5}|127\.0\.0\.1:\d{4,5}(?= shows)")]
    private static partial Regex Address();

    [GeneratedRegex(@"[0-9A-Z]{5}(-[0-9A-Z]{5}){3}@[0-9a-f]{64}")]
    private static partial Regex Claim();

    [GeneratedRegex(@"token=[0-9A-Za-z_-]+")]
    private static partial Regex Token();

    [GeneratedRegex(@"/dev/pts/\d+")]
    private static partial Regex Pty();

    [GeneratedRegex(@"/\S*?/cli-[A-Za-z0-9]+/state|(?<=agent: )state\b")]
    private static partial Regex Folders();

    [GeneratedRegex(@"2\d{3}-\d\d-\d\d \d\d:\d\d(:\d\d)?(?= UTC\. It|, received)|(?<=received )2\d{3}-\d\d-\d\d \d\d:\d\d:\d\d")]
    private static partial Regex Date();

    [GeneratedRegex(@"(?<=valid to )2\d{3}-\d\d-\d\d( \d\d:\d\d)?")]
    private static partial Regex Year();

    [GeneratedRegex(@"\d+\.\d pictures a second")]
    private static partial Regex Rate();

    [GeneratedRegex(@"version \d+\.\d+\.\d+(-\S+?)?(?=,)")]
    private static partial Regex Version();

    [GeneratedRegex(@"(?<=:)\d{4,5}(?=, and starts)|(?<=\(port )\d{4,5}")]
    private static partial Regex Socket();

    [GeneratedRegex(@"(?<=http://\S+?:)\d{4,5}(?=[/?])|(?<=-L |127\.0\.0\.1:|192\.168\.7\.2:)\d{5}(?=[: ])")]
    private static partial Regex Views();
}
