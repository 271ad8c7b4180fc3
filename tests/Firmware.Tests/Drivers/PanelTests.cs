using Devices.Firmware.Tests.Drivers.Sim;
using Devices.Terminal.Drivers.Panels;

namespace Devices.Firmware.Tests.Drivers;

public sealed class PanelTests
{
    private readonly SimTime _time = new();
    private readonly SimPwm _light = new();

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(false, 3)]
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(true, 3)]
    public void A_picture_stands_on_the_glass_turned_as_asked(bool ili, int turns)
    {
        (SimPanel glass, SpiPanel panel) = Make(ili, turns);
        int width = ili ? 240 : 240;
        int height = ili ? 320 : 240;
        _time.Until(2000, panel.Ready).ShouldBeTrue();
        (panel.Width, panel.Height).ShouldBe(turns % 2 == 0 ? (width, height) : (height, width));

        byte[] picture = new byte[panel.Width * panel.Height * 2];
        for (int y = 0; y < panel.Height; y++)
        {
            for (int x = 0; x < panel.Width; x++)
            {
                int at = ((y * panel.Width) + x) * 2;
                (picture[at], picture[at + 1]) = ((byte)(Colour(x, y) >> 8), (byte)Colour(x, y));
            }
        }

        panel.Draw(0, 0, panel.Width, panel.Height, picture).ShouldBeTrue();
        for (int gy = 0; gy < height; gy++)
        {
            for (int gx = 0; gx < width; gx++)
            {
                // Turning the glass back by the same quarter turns gives the picture.
                (int x, int y) = turns switch
                {
                    0 => (gx, gy),
                    1 => (gy, width - 1 - gx),
                    2 => (width - 1 - gx, height - 1 - gy),
                    _ => (height - 1 - gy, gx),
                };
                if (glass.Glass(gx, gy) != Colour(x, y))
                {
                    Assert.Fail($"at {gx},{gy} of the glass stands {glass.Glass(gx, gy):X4}, not the picture's {x},{y}");
                }
            }
        }

        glass.Shows.ShouldBeTrue();
        glass.IsBgr.ShouldBe(ili);
        glass.Inverted.ShouldBe(!ili, "IPS glass is inverted");
        glass.Breaches.ShouldBeEmpty();
    }

    [Fact]
    public void A_small_window_changes_only_itself_and_costs_only_itself()
    {
        (SimPanel glass, SpiPanel panel) = Make(false, 0);
        _time.Until(2000, panel.Ready).ShouldBeTrue();
        panel.Fill(0, 0, 240, 240, 0x1234).ShouldBeTrue();
        long before = glass.Bytes;
        panel.Fill(30, 40, 24, 32, 0xF800).ShouldBeTrue();
        (glass.Bytes - before).ShouldBe((24 * 32 * 2) + 11);
        for (int y = 0; y < 240; y++)
        {
            for (int x = 0; x < 240; x++)
            {
                bool inside = x is >= 30 and < 54 && y is >= 40 and < 72;
                if (glass.Glass(x, y) != (inside ? 0xF800 : 0x1234))
                {
                    Assert.Fail($"{x},{y}");
                }
            }
        }
    }

    [Fact]
    public void Windows_off_the_panel_short_pictures_and_a_panel_that_is_not_up_are_refused()
    {
        (SimPanel glass, SpiPanel panel) = Make(false, 0);
        panel.Fill(0, 0, 10, 10, 0).ShouldBeFalse("not up yet");
        _time.Until(2000, panel.Ready).ShouldBeTrue();
        long before = glass.Bytes;
        panel.Fill(-1, 0, 10, 10, 0).ShouldBeFalse();
        panel.Fill(231, 0, 10, 10, 0).ShouldBeFalse();
        panel.Fill(0, 231, 10, 10, 0).ShouldBeFalse();
        panel.Fill(0, 0, 0, 10, 0).ShouldBeFalse();
        panel.Draw(0, 0, 10, 10, new byte[199]).ShouldBeFalse();
        glass.Bytes.ShouldBe(before);
        panel.Draw(0, 0, 10, 10, new byte[200]).ShouldBeTrue();
    }

    [Fact]
    public void A_panel_that_lost_its_set_up_is_repaired_and_no_call_waits()
    {
        (SimPanel glass, SpiPanel panel) = Make(true, 1);
        int calls = 0;
        _time.Until(2000, now =>
        {
            calls++;
            return panel.Ready(now);
        }).ShouldBeTrue();
        calls.ShouldBeGreaterThan(20, "it comes up over many short calls");
        glass.PowerCycle();
        glass.Shows.ShouldBeFalse();
        panel.Restart();
        panel.Ready(_time.Now).ShouldBeFalse();
        _time.Until(2000, panel.Ready).ShouldBeTrue();
        panel.Fill(0, 0, 320, 240, 0x07E0).ShouldBeTrue();
        glass.Shows.ShouldBeTrue();
        glass.Glass(0, 0).ShouldBe((ushort)0x07E0);
        glass.Breaches.ShouldBeEmpty();
    }

    [Fact]
    public void The_light_is_dark_until_it_is_asked_for()
    {
        (_, SpiPanel panel) = Make(false, 0);
        _light.Permille.ShouldBe(0);
        panel.Light(70);
        _light.Permille.ShouldBe(0, "what the memory holds before is noise");
        _time.Until(2000, panel.Ready).ShouldBeTrue();
        _light.Permille.ShouldBe(700);
        panel.Light(900);
        _light.Permille.ShouldBe(1000);
    }

    private static ushort Colour(int x, int y) => (ushort)((x * 191) ^ (y * 7919));

    private (SimPanel Glass, SpiPanel Panel) Make(bool ili, int turns)
    {
        SimPanel glass = new(_time, 240, ili ? 320 : 240, ili);
        return (glass, new SpiPanel(glass, glass.Dc, glass.Reset, _light, ili ? PanelKind.Ili9341 : PanelKind.St7789Square, turns));
    }
}
