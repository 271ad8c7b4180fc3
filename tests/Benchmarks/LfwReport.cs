using System.Diagnostics;
using Devices.Edge.Vision.Tests.Lfw;

namespace Devices.Benchmarks;

/// <summary>Ten-fold accuracy on drawn LFW pairs.</summary>
internal static class LfwReport
{
    internal static int Run(string[] args)
    {
        using var pack = Packs.Open(args, forCalibration: true);
        var pairs = PairProtocol.Draw(LfwEmbeddings.List(Packs.Lfw(args)), 3000, 20260101);
        var needed = pairs.SelectMany(p => new[] { p.A, p.B }).Distinct().ToArray();
        var watch = Stopwatch.StartNew();
        var missed = LfwEmbeddings.Embed(pack, needed);
        var (accuracy, deviation, low, high) = PairProtocol.Accuracy(pairs);
        Console.WriteLine($"{pack.Reference}: {pairs.Count(p => p.Same)} same and {pairs.Count(p => !p.Same)} different pairs of {needed.Length} pictures, {missed} without a face");
        Console.WriteLine($"accuracy {accuracy:P2} ± {deviation:P2}, thresholds {low:F3}..{high:F3}, {watch.Elapsed.TotalSeconds:F0} s");
        return 0;
    }
}
