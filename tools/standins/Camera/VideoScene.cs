using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Devices.Standins.Camera;

/// <summary>A part of a video file, decoded frame by frame through Debian's <c>ffmpeg</c>; its pipe keeps the pace.</summary>
internal sealed class VideoScene : Scene
{
    private static readonly TimeSpan FirstFramePatience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly JpegSplitter _frames;
    private readonly Task<string> _complaints;
    private byte[]? _first;

    private VideoScene(string name, Process process)
        : base(name)
    {
        _process = process;
        _frames = new JpegSplitter(process.StandardOutput.BaseStream);
        _complaints = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts decoding and waits for the first frame, so that an unusable file is refused at once.</summary>
    /// <exception cref="BadInputException">ffmpeg is not installed, or the file is missing or gives no frame.</exception>
    public static async Task<VideoScene> OpenAsync(string name, VideoRequest video, CameraArguments camera, CancellationToken cancellationToken)
    {
        if (!File.Exists(video.Path))
        {
            throw new BadInputException($"There is no video {video.Path}.");
        }

        var scene = new VideoScene(name, Start(video, camera));
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(FirstFramePatience);
            scene._first = await scene._frames.NextAsync(patience.Token);
            if (scene._first is null)
            {
                var reason = (await scene._complaints).Trim().Split('\n').LastOrDefault(l => l.Length > 0);
                throw new BadInputException(
                    $"No frame of {video.Path} can be shown: {reason ?? "there is none at that start time"}.");
            }

            return scene;
        }
        catch (Exception exception)
        {
            scene.Dispose();
            throw exception switch
            {
                BadInputException => exception,
                InvalidDataException => new BadInputException($"No frame of {video.Path} can be shown: {exception.Message}", exception),
                OperationCanceledException when !cancellationToken.IsCancellationRequested =>
                    new BadInputException($"No frame of {video.Path} came within {FirstFramePatience.TotalSeconds} seconds.", exception),
                _ => exception,
            };
        }
    }

    public override async ValueTask<byte[]?> NextFrameAsync(double seconds, CancellationToken cancellationToken)
    {
        if (_first is { } first)
        {
            _first = null;
            return first;
        }

        return await _frames.NextAsync(cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It has ended by itself.
            }

            _process.Dispose();
        }

        base.Dispose(disposing);
    }

    private static Process Start(VideoRequest video, CameraArguments camera)
    {
        string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
        var size = $"{camera.Width}:{camera.Height}";
        var start = new ProcessStartInfo("ffmpeg")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        string[] arguments =
        [
            "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1",
            "-ss", Text(video.Start),
            .. video.Seconds is { } seconds ? (string[])["-t", Text(seconds)] : [],
            "-i", video.Path, "-an",
            "-vf", $"fps={Text(camera.Fps)},scale={size}:force_original_aspect_ratio=decrease,pad={size}:(ow-iw)/2:(oh-ih)/2",
            "-f", "image2pipe", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "3", "-",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception exception)
        {
            throw new BadInputException("Videos need the program ffmpeg, which is not installed: run apt-get install ffmpeg.", exception);
        }
    }
}
