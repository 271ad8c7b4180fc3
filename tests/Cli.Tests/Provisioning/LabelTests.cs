using System.Text.RegularExpressions;
using Devices.Cli.App;
using Devices.Cli.Provisioning.HandOver;
using Devices.Cli.Provisioning.Run;
using SkiaSharp;
using ZXing;
using ZXing.Common;
using ZXing.QrCode;

namespace Devices.Cli.Tests.Provisioning;

/// <summary>The label: its code read from the picture by another library, its ZPL held to the language's own form.</summary>
public sealed partial class LabelTests
{
    private static readonly LabelText Chinese = new("m2-001", "https://bridge.example:5443", "100000005f3a21c9", "上海总部 & Lab_1", "东门^", "Ada 555-1815");

    [Fact]
    public void The_code_on_the_picture_leads_to_the_terminals_page_and_carries_its_facts()
    {
        Uri read = new(Decode(new Label(Chinese).ToPng()));

        read.GetLeftPart(UriPartial.Path).ShouldBe("https://bridge.example:5443/terminals/m2-001");
        Uri.UnescapeDataString(read.Fragment).ShouldBe("#serial=100000005f3a21c9&site=上海总部 & Lab_1&place=东门^");
    }

    [Fact]
    public void The_longest_name_has_room_and_too_much_text_is_refused_with_what_to_shorten()
    {
        string name = new('m', 32);
        Decode(new Label(new(name, "https://bridge.example:5443", null, null, null, null)).ToPng()).ShouldEndWith("/terminals/" + name);
        Should.Throw<CliException>(() => new Label(Chinese with { Site = new string('长', 90) })).Code.ShouldBe(ExitCodes.LabelRefused);
        Should.Throw<CliException>(() => new Label(Chinese with { Contact = string.Join(' ', Enumerable.Repeat("contact", 30)) })).Remedy.ShouldContain("--contact");
    }

    // ZPL II: a format is ^XA … ^XZ; a field is ^FO, what it is, its data, ^FS; no caret or tilde stands in data unescaped.
    [Fact]
    public void The_zpl_is_one_sound_format_in_utf8_with_chinese_as_a_picture()
    {
        string zpl = new Label(Chinese).ToZpl();

        zpl.ShouldStartWith("^XA\n^CI28\n");
        zpl.ShouldEndWith("^XZ\n");
        string[] fields = [.. zpl.Split('\n').Where(line => line.StartsWith("^FO", StringComparison.Ordinal))];
        fields.Length.ShouldBeGreaterThan(4);
        foreach (string field in fields) Field().IsMatch(field).ShouldBeTrue(field);
        fields.Count(one => one.Contains("^BQN,2,", StringComparison.Ordinal)).ShouldBe(1);
        fields.Count(one => one.Contains("^GFA,", StringComparison.Ordinal)).ShouldBeGreaterThan(1, "lines with Chinese");
        zpl.All(one => one == '\n' || (one >= ' ' && one < (char)127)).ShouldBeTrue();
        fields.ShouldContain(one => one.Contains("^FDAda 555-1815^FS", StringComparison.Ordinal));
        foreach (Match picture in Picture().Matches(zpl))
            picture.Groups[2].Value.Length.ShouldBe(int.Parse(picture.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) * 2);
    }

    [Fact]
    public void The_camera_is_judged_by_light_and_focus()
    {
        CameraJudge.Look(Pictures.Sharp())!.Fault().ShouldBeNull();
        CameraJudge.Look(Pictures.Blurred())!.Fault()!.ShouldContain("blurred");
        CameraJudge.Look(Pictures.Sharp(light: 30))!.Fault()!.ShouldContain("too dark");
        CameraJudge.Look([1, 2, 3]).ShouldBeNull();
    }

    internal static string Decode(byte[] png)
    {
        using SKBitmap bitmap = SKBitmap.Decode(png);
        byte[] grey = new byte[bitmap.Width * bitmap.Height];
        for (int y = 0; y < bitmap.Height; y++)
            for (int x = 0; x < bitmap.Width; x++) grey[(y * bitmap.Width) + x] = bitmap.GetPixel(x, y).Red;
        var source = new RGBLuminanceSource(grey, bitmap.Width, bitmap.Height, RGBLuminanceSource.BitmapFormat.Gray8);
        return new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(source)), new Dictionary<DecodeHintType, object> { [DecodeHintType.TRY_HARDER] = true })?.Text ?? "nothing could be read";
    }

    [GeneratedRegex(@"\A\^FO\d+,\d+(\^BQN,2,\d+\^FH_\^FDMA,[^\^~]+|\^A0N,\d+,\d+\^FH_\^FD[^\^~]+|\^GFA,\d+,\d+,\d+,[0-9A-F]+)\^FS\z")]
    private static partial Regex Field();

    [GeneratedRegex(@"\^GFA,(\d+),\d+,\d+,([0-9A-F]+)")]
    private static partial Regex Picture();
}
