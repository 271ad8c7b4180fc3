using System.Numerics.Tensors;
using Devices.Edge.Vision.Enrol;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Tests.Support;
using Devices.Edge.Vision.Track;

namespace Devices.Edge.Vision.Tests;

/// <summary>
/// Another detector, another embedding size, other preprocessing, another liveness crop: only the manifest differs.
/// The weights lie beside the repository on some machines only.
/// </summary>
public sealed class SecondPackTests
{
    private static string Weights => Path.Combine(RepoRoot.SharedData, "models");

    private static LoadedPack Load(string directory)
    {
        Assert.SkipUnless(Directory.Exists(Weights), "The second set of models is not on this machine (../shared/data/models), so changing the pack was not tried.");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(RepoRoot.Path, "tests", "Vision.Tests", "SecondPack")).Concat(Directory.EnumerateFiles(Weights, "*.onnx")))
        {
            File.WriteAllBytes(Path.Combine(directory, Path.GetFileName(file)), File.ReadAllBytes(file));
        }

        var loaded = PackLoader.Load(directory);
        loaded.IsLoaded.ShouldBeTrue(loaded.Fault?.ToString());
        return loaded.Pack!;
    }

    [Fact]
    public void Another_pack_runs_by_its_manifest_alone()
    {
        var directory = Directory.CreateTempSubdirectory("pack-").FullName;
        try
        {
            using var pack = Load(directory);
            using (var analyzer = pack.CreateAnalyzer())
            {
                analyzer.EmbeddingSize.ShouldBe(128);
                Score(analyzer, "cage.jpg", "cage2_crop.jpg").ShouldBeGreaterThan(pack.Calibration.ThresholdFor(1e-3).Threshold);
                Score(analyzer, "clmtrackr01.jpg", "franck_02888.jpg").ShouldBeGreaterThan(pack.Calibration.ThresholdFor(1e-3).Threshold);
                Score(analyzer, "cage.jpg", "obama4_crop.jpg").ShouldBeLessThan(pack.Calibration.ThresholdFor(1e-3).Threshold);
                using var group = Installed.Load(Installed.Group(3));
                Installed.Faces(analyzer, group).Length.ShouldBe(3);
            }

            var gallery = FaceGallery.For(pack);
            using (var enroller = new Enroller(pack, gallery))
            using (var picture = Installed.Load(Installed.Clm("clmtrackr01.jpg")))
            {
                var enrolled = enroller.Enrol("franck", [picture]);
                enrolled.IsEnrolled.ShouldBeTrue(enrolled.Fault?.Message);
                gallery.Replace("franck", enrolled.Templates).ShouldBeNull();
                FaceGallery.For(Installed.Pack).Add(enrolled.Templates[0])!.Code.ShouldBe(GalleryFaultCode.OtherPack);
            }

            using var pipeline = new FacePipeline(pack, gallery);
            var outcomes = new List<TrackOutcome>();
            string[] frames = ["franck_02045.jpg", "franck_02159.jpg", "franck_02221.jpg", "franck_02888.jpg"];
            for (var i = 0; i < frames.Length; i++)
            {
                using var frame = Installed.Load(Installed.Clm(frames[i]), TimeSpan.FromMilliseconds(150 * i));
                outcomes.AddRange(pipeline.Process(frame).Decisions.Select(d => d.Outcome));
            }

            outcomes.ShouldHaveSingleItem().ShouldBeOfType<TrackOutcome.Accepted>().Person.ShouldBe("franck");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static float Score(FaceAnalyzer analyzer, string a, string b) =>
        TensorPrimitives.Dot<float>(Installed.Embed(analyzer, Installed.Clm(a)), Installed.Embed(analyzer, Installed.Clm(b)));
}
