using SkiaSharp;

namespace Devices.Standins.Tests.Camera;

public sealed class StreamTests
{
    [Fact]
    public async Task The_stream_is_parseable_multipart_and_each_frame_a_whole_jpeg_of_the_asked_size()
    {
        await using var camera = await FilmedCamera.StartAsync("--size", "320x240");
        foreach (var frame in await camera.TakeAsync(5))
        {
            frame.AsSpan(0, 2).ToArray().ShouldBe([0xFF, 0xD8]);
            frame.AsSpan(frame.Length - 2).ToArray().ShouldBe([0xFF, 0xD9]);
            using var picture = FilmedCamera.Decode(frame).ShouldNotBeNull();
            (picture.Width, picture.Height).ShouldBe((320, 240));
        }
    }

    [Fact]
    public async Task A_snapshot_is_one_jpeg()
    {
        await using var camera = await FilmedCamera.StartAsync();
        var bytes = await camera.Http.GetByteArrayAsync(new Uri("snapshot.jpg", UriKind.Relative), FilmedCamera.Token);
        using var picture = FilmedCamera.Decode(bytes).ShouldNotBeNull();
        (picture.Width, picture.Height).ShouldBe((640, 480));
    }

    [Fact]
    public async Task A_shown_picture_fills_the_height_and_moves_from_frame_to_frame()
    {
        await using var camera = await FilmedCamera.StartAsync();
        await camera.PostAsync("show", new { pictures = new[] { camera.Draw("red.jpg", SKColors.Red) }, seconds = 60 });
        var discs = new List<(double X, double Y)>();
        foreach (var frame in await camera.TakeAsync(20))
        {
            using var picture = FilmedCamera.Decode(frame).ShouldNotBeNull();
            IsRed(picture.GetPixel(320, 20)).ShouldBeTrue();
            IsRed(picture.GetPixel(320, 460)).ShouldBeTrue();
            // Green: the picture has none, the grey wall shows through its faded side, at most half covered where it sways furthest.
            picture.GetPixel(1, 240).Green.ShouldBeGreaterThan((byte)30, "the room is seen beside a square picture");
            discs.Add(Disc(picture));
        }

        discs.Distinct().Count().ShouldBeGreaterThan(5);
        discs.ShouldAllBe(d => Math.Abs(d.X - 320) < 40 && Math.Abs(d.Y - 240) < 40);
    }

    [Fact]
    public async Task Two_people_stand_side_by_side_in_half_width_tiles()
    {
        await using var camera = await FilmedCamera.StartAsync();
        await camera.PostAsync("show", new
        {
            scene = "two", pictures = new[] { camera.Draw("red.png", SKColors.Red), camera.Draw("blue.png", SKColors.Blue) }, seconds = 60,
        });
        using var picture = FilmedCamera.Decode((await camera.TakeAsync(1))[0]).ShouldNotBeNull();
        IsRed(picture.GetPixel(80, 120)).ShouldBeTrue();
        picture.GetPixel(560, 120).Blue.ShouldBeGreaterThan((byte)200);
        (await camera.StateAsync())["scene"]!.GetValue<string>().ShouldBe("two");
    }

    [Fact]
    public async Task A_wide_picture_can_be_fitted_whole()
    {
        await using var camera = await FilmedCamera.StartAsync();
        var wide = camera.Draw("wide.png", SKColors.Red, 1000, 250);
        await camera.PostAsync("show", new { pictures = new[] { wide }, seconds = 60, fit = "whole" });
        using var picture = FilmedCamera.Decode((await camera.TakeAsync(1))[0]).ShouldNotBeNull();
        IsRed(picture.GetPixel(320, 10)).ShouldBeFalse();
        IsRed(picture.GetPixel(100, 240)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_phone_picture_is_turned_upright_by_its_exif_orientation()
    {
        await using var camera = await FilmedCamera.StartAsync();
        var path = camera.Folder.File("turned.jpg");
        using (var bitmap = new SKBitmap(200, 200))
        {
            using (var canvas = new SKCanvas(bitmap))
            {
                canvas.Clear(SKColors.Blue);
                using var paint = new SKPaint { Color = SKColors.Red };
                canvas.DrawRect(0, 0, 100, 200, paint);
            }

            // Orientation 6 (turn right by 90°): what lies left in the file stands at the top.
            using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95);
            byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
            var jpeg = data.ToArray();
            await File.WriteAllBytesAsync(path, [.. jpeg[..2], .. exif, .. jpeg[2..]], FilmedCamera.Token);
        }

        await camera.PostAsync("show", new { pictures = new[] { path }, seconds = 60 });
        using var picture = FilmedCamera.Decode((await camera.TakeAsync(1))[0]).ShouldNotBeNull();
        IsRed(picture.GetPixel(320, 100)).ShouldBeTrue();
        IsRed(picture.GetPixel(320, 380)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_show_ends_by_itself_and_leaves_the_empty_room()
    {
        await using var camera = await FilmedCamera.StartAsync();
        var red = camera.Draw("red.jpg", SKColors.Red);
        var watching = camera.TakeAsync(40);
        var ended = await camera.PostAsync("show?wait=1", new { scene = "short", pictures = new[] { red }, seconds = 0.4 });
        ended["finished"]!.GetValue<bool>().ShouldBeTrue();
        ended["scene"]!.GetValue<string>().ShouldBe("short");
        await watching;
        using var after = FilmedCamera.Decode((await camera.TakeAsync(1))[0]).ShouldNotBeNull();
        IsRed(after.GetPixel(320, 20)).ShouldBeFalse();
        (await camera.StateAsync())["scene"]!.GetValue<string>().ShouldBe("empty-room");
    }

    [Fact]
    public async Task Another_show_or_a_clear_ends_the_one_before()
    {
        await using var camera = await FilmedCamera.StartAsync();
        var red = camera.Draw("red.jpg", SKColors.Red);
        foreach (var end in (Func<Task>[])
        [
            () => camera.PostAsync("show", new { scene = "next", pictures = new[] { red }, seconds = 60 }),
            () => camera.PostAsync("clear", new { }),
        ])
        {
            var first = camera.PostAsync("show?wait=1", new { scene = "first", pictures = new[] { red }, seconds = 60 });
            await UntilAsync(async () => (await camera.StateAsync())["scene"]!.GetValue<string>() == "first");
            await end();
            (await first)["finished"]!.GetValue<bool>().ShouldBeFalse();
        }
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_motion()
    {
        var first = Enumerable.Range(0, 20).Select(Pose(5)).ToList();
        Enumerable.Range(0, 20).Select(Pose(5)).ShouldBe(first);
        Enumerable.Range(0, 20).Select(Pose(6)).ShouldNotBe(first);
        await Task.CompletedTask;

        static Func<int, object> Pose(int seed)
        {
            var motion = new Devices.Standins.Camera.Motion(seed);
            return i => motion.At(i / 10.0);
        }
    }

    [Fact]
    public async Task A_folder_plays_its_pictures_in_turn_and_leaves_out_what_is_no_picture()
    {
        await using var drawn = await FilmedCamera.StartAsync();
        drawn.Draw("a.png", SKColors.Red);
        await File.WriteAllTextAsync(drawn.Folder.File("b.jpg"), "not a picture", FilmedCamera.Token);
        drawn.Draw("c.png", SKColors.Blue);
        await using var camera = await FilmedCamera.StartAsync("--folder", Path.GetDirectoryName(drawn.Folder.File("x"))!, "--seconds", "0.2", "--pause", "0");
        var seen = new List<string>();
        await UntilAsync(async () =>
        {
            var scene = (await camera.StateAsync())["scene"]!.GetValue<string>();
            if (scene != "empty-room" && (seen.Count == 0 || seen[^1] != scene))
            {
                seen.Add(scene);
            }

            return seen.Count >= 3;
        });
        seen.Distinct().Order().ShouldBe(["a.png", "c.png"]);
    }

    private static bool IsRed(SKColor color) => color.Red > 180 && color.Green < 90 && color.Blue < 90;

    private static (double X, double Y) Disc(SKBitmap picture)
    {
        double x = 0, y = 0, n = 0;
        for (var i = 200; i < 440; i += 2)
        {
            for (var j = 120; j < 360; j += 2)
            {
                if (picture.GetPixel(i, j).Red < 80)
                {
                    (x, y, n) = (x + i, y + j, n + 1);
                }
            }
        }

        return (x / n, y / n);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!await holds())
        {
            DateTime.UtcNow.ShouldBeLessThan(deadline, "the condition did not come about");
            await Task.Delay(10, FilmedCamera.Token);
        }
    }
}
