using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests;

/// <summary>Accuracy on Labeled Faces in the Wild, where its pictures lie beside the repository; `./tools/accuracy` measures much more.</summary>
public sealed class LfwTests
{
    [Fact]
    public void The_chain_reaches_99_percent_on_3000_same_and_3000_different_lfw_pairs()
    {
        var root = Path.Combine(RepoRoot.SharedData, "lfw");
        Assert.SkipUnless(Directory.Exists(root), "The pictures of Labeled Faces in the Wild are not on this machine (../shared/data/lfw), so the chain's accuracy was not measured.");

        var pairs = TenFold.Draw(PictureFolder.Read(root).Pictures);
        EvaluationPicture[] needed = [.. pairs.SelectMany(p => new[] { p.A, p.B }).Distinct()];
        PictureEmbedder.Embed(Installed.Pack, needed, cancellationToken: TestContext.Current.CancellationToken);
        var found = TenFold.Of(pairs).ShouldNotBeNull();
        TestContext.Current.SendDiagnosticMessage($"LFW: accuracy {found.Accuracy:P2} ± {found.Deviation:P2}, thresholds {found.LowestThreshold:F3}..{found.HighestThreshold:F3}");
        found.SamePairs.ShouldBe(3000);
        found.DifferentPairs.ShouldBe(3000);
        needed.Count(p => !p.HasFace).ShouldBeLessThan(10);
        found.Accuracy.ShouldBeGreaterThanOrEqualTo(0.9913);
    }
}
