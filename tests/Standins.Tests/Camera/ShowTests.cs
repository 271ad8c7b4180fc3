using System.Diagnostics;
using System.Net;
using Devices.Standins.Camera;
using SkiaSharp;

namespace Devices.Standins.Tests.Camera;

public sealed class ShowTests
{
    [Theory]
    [InlineData("""{"pictures":["/nonexistent/face.jpg"]}""", "There is no picture /nonexistent/face.jpg")]
    [InlineData("""{"video":{"path":"/nonexistent/v.mp4"}}""", "There is no video /nonexistent/v.mp4")]
    [InlineData("{}", "Nothing to show")]
    [InlineData("""{"pictures":["a.jpg"],"video":{"path":"v.mp4"}}""", "not both")]
    [InlineData("""{"pictures":["a.jpg"],"seconds":0}""", "seconds must be above 0")]
    [InlineData("""{"pictures":["1","2","3","4","5","6","7","8","9"]}""", "At most 8")]
    [InlineData("""{"picture":"a.jpg"}""", "there is no field 'picture'")]
    [InlineData("nonsense", "Cannot read the body")]
    public async Task Unusable_input_is_http_400_with_one_sentence(string body, string sentence)
    {
        await using var camera = await FilmedCamera.StartAsync();
        await RefusedAsync(camera, body, sentence);
    }

    [Fact]
    public async Task An_undecodable_or_cut_picture_is_refused_and_what_was_shown_stays()
    {
        await using var camera = await FilmedCamera.StartAsync();
        var good = camera.Draw("good.jpg", SKColors.Red);
        await camera.PostAsync("show", new { scene = "good", pictures = new[] { good }, seconds = 60 });
        var text = camera.Folder.File("text.jpg");
        await File.WriteAllTextAsync(text, "not a picture", FilmedCamera.Token);
        await RefusedAsync(camera, new { pictures = new[] { good, text } }, $"Cannot decode {text}");
        var cut = camera.Folder.File("cut.jpg");
        await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(good, FilmedCamera.Token))[..^400], FilmedCamera.Token);
        await RefusedAsync(camera, new { pictures = new[] { cut } }, "damaged or cut short");
        (await camera.StateAsync())["scene"]!.GetValue<string>().ShouldBe("good");
    }

    [Fact]
    public async Task A_video_plays_from_its_start_time_to_its_end_and_leaves_the_empty_room()
    {
        await using var camera = await FilmedCamera.StartAsync();
        var video = await TestVideoAsync(camera.Folder.File("test.mp4"));
        var watching = camera.TakeAsync(20);
        var ended = await camera.PostAsync("show?wait=1", new { video = new { path = video, start = 1.0 } });
        ended["finished"]!.GetValue<bool>().ShouldBeTrue();
        ended["frames"]!.GetValue<long>().ShouldBeInRange(29, 31, "one second at 30 frames a second is left");
        var colours = new HashSet<uint>();
        foreach (var frame in await watching)
        {
            using var picture = FilmedCamera.Decode(frame).ShouldNotBeNull();
            (picture.Width, picture.Height).ShouldBe((640, 480));
            colours.Add((uint)picture.GetPixel(320, 240) & 0xFFF0F0F0);
        }

        colours.Count.ShouldBeGreaterThan(1, "the test picture moves");
        (await camera.StateAsync())["scene"]!.GetValue<string>().ShouldBe("empty-room");
    }

    [Fact]
    public async Task A_part_of_a_video_is_only_that_long_and_a_useless_one_is_refused()
    {
        await using var camera = await FilmedCamera.StartAsync();
        var video = await TestVideoAsync(camera.Folder.File("test.mp4"));
        var ended = await camera.PostAsync("show?wait=1", new { video = new { path = video, start = 0.2, seconds = 0.5 } });
        ended["frames"]!.GetValue<long>().ShouldBeInRange(14, 16);
        var text = camera.Folder.File("text.mp4");
        await File.WriteAllTextAsync(text, "not a video", FilmedCamera.Token);
        await RefusedAsync(camera, new { video = new { path = text } }, $"No frame of {text} can be shown");
        await RefusedAsync(camera, new { video = new { path = video, start = 60 } }, $"No frame of {video} can be shown");
    }

    [Fact]
    public async Task On_stdout_come_concatenated_jpegs_and_the_program_ends_with_its_reader()
    {
        var start = new ProcessStartInfo(DotnetHost())
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["exec", typeof(CameraStandin).Assembly.Location, "--stdout", "--fps", "30", "--size", "320x240"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        try
        {
            var splitter = new JpegSplitter(process.StandardOutput.BaseStream);
            for (var i = 0; i < 5; i++)
            {
                using var picture = FilmedCamera.Decode((await splitter.NextAsync(FilmedCamera.Token)).ShouldNotBeNull());
                picture.ShouldNotBeNull().Width.ShouldBe(320);
            }

            (await process.StandardError.ReadLineAsync(FilmedCamera.Token)).ShouldNotBeNull().ShouldStartWith("standin-camera listening on http://127.0.0.1:");
            process.StandardOutput.Close();
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(FilmedCamera.Token);
            deadline.CancelAfter(TimeSpan.FromSeconds(30));
            await process.WaitForExitAsync(deadline.Token);
            process.ExitCode.ShouldBe(0);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    [Theory]
    [InlineData("this machine only", "--urls", "http://0.0.0.0:80")]
    [InlineData("--size", "--size", "640")]
    [InlineData("--fps", "--fps", "0")]
    [InlineData("There is no folder", "--folder", "/nonexistent")]
    [InlineData("no option --speed", "--speed", "1")]
    [InlineData("needs a value", "--fps")]
    public void A_wrong_command_line_is_one_sentence(string sentence, params string[] args) =>
        Should.Throw<BadInputException>(() => CameraArguments.Parse(args)).Message.ShouldContain(sentence);

    /// <summary>The host that runs this test: shared/Microsoft.NETCore.App/version/ lies three folders below it.</summary>
    private static string DotnetHost() =>
        Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static async Task RefusedAsync(FilmedCamera camera, object body, string sentence)
    {
        using var response = await camera.SendAsync("show", body);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync(FilmedCamera.Token)).ShouldContain(sentence);
    }

    private static async Task<string> TestVideoAsync(string path)
    {
        var start = new ProcessStartInfo("ffmpeg");
        foreach (var argument in (string[])
            ["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30:duration=2", "-c:v", "mpeg4", "-pix_fmt", "yuv420p", path])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(FilmedCamera.Token);
        process.ExitCode.ShouldBe(0);
        return path;
    }
}
