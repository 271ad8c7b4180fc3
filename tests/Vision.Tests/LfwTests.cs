using Devices.Edge.Vision.Tests.Lfw;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests;

/// <summary>Accuracy on Labeled Faces in the Wild, where its pictures lie beside the repository.</summary>
public sealed class LfwTests
{
    [Fact]
    public void The_chain_reaches_99_percent_on_3000_same_and_3000_different_lfw_pairs()
    {
        var root = Path.Combine(RepoRoot.SharedData, "lfw");
        Assert.SkipUnless(Directory.Exists(root), "The pictures of Labeled Faces in the Wild are not on this machine (../shared/data/lfw), so the chain's accuracy was not measured.");

        var pairs = PairProtocol.Draw(LfwEmbeddings.List(root), each: 3000, seed: 20260101);
        pairs.Count(p => p.Same).ShouldBe(3000);
        pairs.Count(p => !p.Same).ShouldBe(3000);
        var missed = LfwEmbeddings.Embed(Installed.Pack, [.. pairs.SelectMany(p => new[] { p.A, p.B }).Distinct()]);
        var (accuracy, deviation, low, high) = PairProtocol.Accuracy(pairs);
        TestContext.Current.SendDiagnosticMessage($"LFW: accuracy {accuracy:P2} ± {deviation:P2}, thresholds {low:F3}..{high:F3}, {missed} pictures without a face");
        missed.ShouldBeLessThan(10);
        accuracy.ShouldBeGreaterThanOrEqualTo(0.99);
    }
}
