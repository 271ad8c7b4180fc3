using Devices.Cli.Font;
using Devices.Firmware.Tests.Soak;
using Devices.Link;
using Devices.Standins.Terminal;
using Devices.Terminal.Parts;
using Devices.Terminal.Screens;

namespace Devices.Firmware.Tests.Screens;

/// <summary>The committed font against the tool that makes it, and what the screen code draws with it.</summary>
public sealed class FontTests
{
    private const string Noto = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

    [Fact]
    public void The_committed_font_is_what_the_tool_makes()
    {
        Assert.SkipUnless(File.Exists(Noto), "The font file of Debian's fonts-noto-cjk is not installed here, so the font cannot be made again.");
        byte[] made = FontBuilder.Build(Noto, 20);
        byte[] committed = File.ReadAllBytes(TestFont.Path);
        made.Length.ShouldBe(committed.Length, "other characters: run `devices font --out firmware/Terminal/font.bin`");
        int header = 10 + (2 * (GlyphSet.Half.Length + GlyphSet.Full().Length));
        made.AsSpan(0, header).SequenceEqual(committed.AsSpan(0, header)).ShouldBeTrue("the same characters in the same order");

        // Another release of the font or of the rasteriser may move a dot here and there; another font would move very many.
        int differ = 0;
        for (int i = header; i < made.Length; i++) differ += System.Numerics.BitOperations.PopCount((uint)(made[i] ^ committed[i]));
        ((double)differ / ((made.Length - header) * 8)).ShouldBeLessThan(0.02);
    }

    [Fact]
    public void It_has_every_character_of_the_screens_own_texts_and_fits_its_place()
    {
        BitmapFont font = TestFont.Open();
        GlyphSet.Texts().Where(c => !font.Has(c)).ShouldBeEmpty();
        foreach (string name in new[] { "王小明", "欧阳娜娜", "诸葛瑾瑜", "Grace Hopper", "喆" }) name.Where(c => !font.Has(c)).Count().ShouldBe(name == "喆" ? 1 : 0, name);

        // The littlefs partition of the smallest board has 256 KiB and must hold the queue besides; see the README for --small.
        new FileInfo(TestFont.Path).Length.ShouldBeLessThan(256 * 1024);
    }

    [Fact]
    public void A_damaged_or_cut_font_is_refused()
    {
        byte[] sound = File.ReadAllBytes(TestFont.Path);
        BitmapFont.Open(null).ShouldBeNull();
        BitmapFont.Open([]).ShouldBeNull();
        BitmapFont.Open(sound[..^1]).ShouldBeNull();
        for (int at = 0; at < sound.Length; at += 4999)
        {
            byte[] bad = [.. sound];
            bad[at] ^= 0x10;
            BitmapFont.Open(bad).ShouldBeNull($"byte {at}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_screen_is_drawn_within_the_panel_and_differs_from_every_other(bool chinese)
    {
        HashSet<string> seen = [];
        foreach (ScreenKind kind in Enum.GetValues<ScreenKind>())
        {
            HostPanel panel = new(240, 240);
            PixelScreen screen = new(panel, TestFont.Open());
            ScreenTexts texts = new(chinese);
            screen.Draw(kind, [kind == ScreenKind.Idle ? "08:31" : texts.Title(kind), kind == ScreenKind.Thanks ? "王小明" : "", texts.Detail(kind), texts.Offline(12)]);
            Settle(screen);
            panel.Restarts.ShouldBe(0, $"{kind}: nothing outside the panel");
            seen.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(panel.Look().Pixels))).ShouldBeTrue(kind.ToString());
        }
    }

    [Fact]
    public void Only_what_changed_is_drawn_and_the_result_is_the_same_as_drawn_at_once()
    {
        HostPanel panel = new(240, 240), fresh = new(240, 240);
        PixelScreen screen = new(panel, TestFont.Open()), other = new(fresh, TestFont.Open());

        // The clock is larger than any title: nothing of it may be left.
        screen.Draw(ScreenKind.Idle, ["08:31", "", "", ""]);
        Settle(screen);
        screen.Draw(ScreenKind.Thanks, ["谢谢", "王小明", "08:31", ""]);
        screen.Step(0);
        screen.Step(10);
        screen.Step(20);
        screen.Draw(ScreenKind.Unknown, ["未识别", "", "请重试或刷卡", "离线"]);
        Settle(screen);
        other.Draw(ScreenKind.Unknown, ["未识别", "", "请重试或刷卡", "离线"]);
        Settle(other);
        panel.Look().Pixels.ShouldBe(fresh.Look().Pixels);
        int version = panel.Version;
        screen.Draw(ScreenKind.Unknown, ["未识别", "", "请重试或刷卡", "离线，1 条待确认"]);
        Settle(screen);
        (panel.Version - version).ShouldBeLessThan(16, "one line of the footer and nothing else");
    }

    [Fact]
    public void A_panel_that_refuses_is_started_again_and_drawn_whole()
    {
        HostPanel panel = new(240, 320), fresh = new(240, 320);
        PixelScreen screen = new(panel, TestFont.Open()), other = new(fresh, TestFont.Open());
        screen.Draw(ScreenKind.Thanks, ["谢谢", "王小明", "08:31", ""]);
        for (int now = 0; now < 60; now += 10) screen.Step(now);
        panel.Broken = true;
        screen.Step(60);
        panel.Restarts.ShouldBe(1);
        panel.Broken = false;
        for (int now = 70; now < 4000; now += 10) screen.Step(now);
        other.Draw(ScreenKind.Thanks, ["谢谢", "王小明", "08:31", ""]);
        Settle(other);
        panel.Look().Pixels.ShouldBe(fresh.Look().Pixels);
    }

    [Fact]
    public void A_very_long_name_and_sentence_stay_on_the_panel()
    {
        HostPanel panel = new(240, 240);
        PixelScreen screen = new(panel, TestFont.Open());
        screen.Draw(ScreenKind.Thanks, ["谢谢", new string('王', 60), string.Join(' ', Enumerable.Repeat("sentence", 40)), new string('x', 300)]);
        Settle(screen);
        panel.Restarts.ShouldBe(0);
    }

    private static void Settle(PixelScreen screen)
    {
        for (int now = 0; now < 20_000 && !(now > 50 && screen.IsSettled); now += 10) screen.Step(now);
        screen.IsSettled.ShouldBeTrue();
    }
}
