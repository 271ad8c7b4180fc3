using System.Globalization;
using System.Net;

namespace Devices.Standins.Camera;

/// <summary>The command line of <c>standin-camera</c>.</summary>
public sealed record CameraArguments
{
    /// <summary>The text of <c>--help</c>.</summary>
    public const string Usage = """
        standin-camera: a stand-in of a camera, on this machine only. GET /stream is MJPEG as IP cameras send it.

          --urls http://127.0.0.1:PORT   where to listen; port 0 picks a free one (default http://127.0.0.1:0)
          --stdout                       also write JPEGs one after another to standard output, as
                                         rpicam-vid --codec mjpeg -o - does; ends when the reader ends
          --size 640x480                 frame size in pixels
          --fps 10                       frames a second
          --quality 90                   JPEG quality, 1 to 100
          --seed 1                       seed of motion and noise
          --folder DIR                   show each picture of DIR in turn, over and over
          --seconds 3                    how long each picture of the folder is shown
          --pause 2                      seconds of empty room between them
        """;

    /// <summary>Where to listen: http, a loopback address, any port.</summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:0");

    /// <summary>Whether frames also go to standard output.</summary>
    public bool Stdout { get; init; }

    /// <summary>Frame width in pixels.</summary>
    public int Width { get; init; } = 640;

    /// <summary>Frame height in pixels.</summary>
    public int Height { get; init; } = 480;

    /// <summary>Frames a second.</summary>
    public double Fps { get; init; } = 10;

    /// <summary>JPEG quality, 1 to 100.</summary>
    public int Quality { get; init; } = 90;

    /// <summary>Seed of motion and noise.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The folder to play, or null.</summary>
    public string? Folder { get; init; }

    /// <summary>Seconds each picture of the folder is shown.</summary>
    public double Seconds { get; init; } = 3;

    /// <summary>Seconds of empty room between two pictures of the folder.</summary>
    public double Pause { get; init; } = 2;

    /// <summary>Reads a command line.</summary>
    /// <exception cref="BadInputException">The message names the option and what is wrong.</exception>
    public static CameraArguments Parse(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var parsed = new CameraArguments();
        for (var i = 0; i < args.Count; i++)
        {
            var name = args[i];
            if (name == "--stdout")
            {
                parsed = parsed with { Stdout = true };
                continue;
            }

            string? inline = null;
            if (name.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
            {
                (name, inline) = (name[..at], name[(at + 1)..]);
            }

            var value = inline ?? (i + 1 < args.Count ? args[++i] : throw new BadInputException($"The option {name} needs a value; --help lists the options."));
            parsed = name switch
            {
                "--urls" => parsed with { Url = LoopbackUrl(value) },
                "--size" => Size(parsed, value),
                "--fps" => parsed with { Fps = Number(name, value, 0.2, 60) },
                "--quality" => parsed with { Quality = (int)Number(name, value, 1, 100) },
                "--seed" => parsed with { Seed = (int)Number(name, value, int.MinValue, int.MaxValue) },
                "--folder" => parsed with { Folder = ExistingFolder(value) },
                "--seconds" => parsed with { Seconds = Number(name, value, 0.1, 86_400) },
                "--pause" => parsed with { Pause = Number(name, value, 0, 86_400) },
                _ => throw new BadInputException($"There is no option {name}; --help lists the options."),
            };
        }

        return parsed;
    }

    private static string ExistingFolder(string path) => Directory.Exists(path)
        ? path
        : throw new BadInputException($"There is no folder {path}; name one that holds pictures with --folder.");

    private static CameraArguments Size(CameraArguments parsed, string value)
    {
        var parts = value.Split('x', 'X');
        if (parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            && width is >= 64 and <= 4096 && height is >= 64 and <= 4096 && width % 2 == 0 && height % 2 == 0)
        {
            return parsed with { Width = width, Height = height };
        }

        throw new BadInputException($"Cannot use --size {value}: give even numbers from 64x64 to 4096x4096, as 640x480.");
    }

    private static double Number(string name, string value, double least, double most) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"Cannot use {name} {value}: give a number from {least} to {most}."));

    private static Uri LoopbackUrl(string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == "http"
            && (url.Host == "localhost" || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))))
        {
            return url;
        }

        throw new BadInputException($"Cannot listen on '{text}': give an address of this machine only, as --urls http://127.0.0.1:8090.");
    }
}
