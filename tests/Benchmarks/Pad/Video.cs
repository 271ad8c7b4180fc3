using System.Diagnostics;
using System.Globalization;
using Devices.Edge.Vision.Frames;

namespace Devices.Benchmarks.Pad;

/// <summary>Frames of a video at a rate, by Debian's <c>ffmpeg</c>, as raw RGB through a pipe.</summary>
internal static class Video
{
    internal static List<RgbFrame> Read(string file, int width, int height, int fps, double seconds)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardOutput = true, UseShellExecute = false };
        string[] arguments = ["-v", "error", "-nostdin", "-t", seconds.ToString(CultureInfo.InvariantCulture), "-i", file, "-vf", $"fps={fps},scale={width}:{height}:flags=bicubic", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("ffmpeg did not start; install Debian's ffmpeg.");
        var frames = new List<RgbFrame>();
        var buffer = new byte[width * height * 3];
        while (process.StandardOutput.BaseStream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) == buffer.Length)
        {
            frames.Add(RgbFrame.Copy(buffer, width, height, TimeSpan.FromSeconds(frames.Count / (double)fps)));
        }

        process.WaitForExit();
        return process.ExitCode == 0 && frames.Count > 0 ? frames : throw new InvalidDataException($"{file}: ffmpeg could not decode it.");
    }
}
