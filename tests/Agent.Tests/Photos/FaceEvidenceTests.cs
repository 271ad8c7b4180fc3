using Devices.Edge.Agent.Photos;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Track;
using SkiaSharp;

namespace Devices.Edge.Agent.Tests.Photos;

/// <summary>The picture of a face: head and shoulders of the best compared frame, small, and gone with its track.</summary>
public sealed class FaceEvidenceTests
{
    private static TrackView Track(long id, float score, bool sampled = true, QualityReason reason = QualityReason.Good, FaceBox? box = null) =>
        new(id, box ?? new FaceBox(500, 200, 200, 260), default(FaceQuality) with { Reason = reason, Score = score }, new TrackOutcome.Pending(reason), false, TimeSpan.Zero) { SampledNow = sampled };

    private static RgbFrame Frame(byte grey, int width = 1280, int height = 720)
    {
        RgbFrame frame = RgbFrame.Rent(width, height);
        frame.Pixels.Fill(grey);
        return frame;
    }

    private static (int Width, int Height, int Grey) Read(byte[] jpeg)
    {
        using SKBitmap bitmap = SKBitmap.Decode(jpeg);
        return (bitmap.Width, bitmap.Height, bitmap.GetPixel(bitmap.Width / 2, bitmap.Height / 2).Green);
    }

    [Fact]
    public void The_best_frame_that_was_compared_is_the_one_that_is_kept()
    {
        FaceEvidence evidence = new(() => true);
        foreach ((byte grey, TrackView track) in ((byte, TrackView)[])
            [(40, Track(1, 0.5f)), (120, Track(1, 0.9f)), (200, Track(1, 0.95f, sampled: false)), (230, Track(1, 0.99f, reason: QualityReason.Turned)), (250, Track(1, 0.7f))])
        {
            using RgbFrame frame = Frame(grey);
            evidence.Look(frame, [track]);
        }

        (int width, int height, int grey) found = Read(evidence.Of(1)!()!);
        Math.Max(found.width, found.height).ShouldBe(PhotoLimits.Side);
        found.grey.ShouldBeInRange(115, 125);
        evidence.Of(2).ShouldBeNull();
    }

    [Fact]
    public void Noise_in_a_huge_picture_at_its_border_still_makes_a_small_jpeg()
    {
        using RgbFrame frame = RgbFrame.Rent(3840, 2160);
        new Random(7).NextBytes(frame.Pixels);
        FaceEvidence evidence = new(() => true);
        evidence.Look(frame, [Track(1, 0.5f, box: new FaceBox(3000, -80, 900, 1300)), Track(2, 0.5f, box: new FaceBox(2, 3, 40, 50))]);
        foreach (long id in (long[])[1, 2])
        {
            byte[] jpeg = evidence.Of(id)!()!;
            jpeg.Length.ShouldBeLessThanOrEqualTo(PhotoLimits.MaxJpeg);
            jpeg.Length.ShouldBeLessThan(Contract.Protocol.MaxPhoto);
            jpeg.AsSpan(0, 3).ToArray().ShouldBe([0xff, 0xd8, 0xff]);
            (int width, int height, int _) = Read(jpeg);
            Math.Max(width, height).ShouldBeLessThanOrEqualTo(PhotoLimits.Side);
        }
    }

    [Fact]
    public void Whoever_goes_away_or_is_decided_on_is_forgotten_and_switched_off_nothing_is_held()
    {
        bool on = true;
        FaceEvidence evidence = new(() => on);
        using RgbFrame frame = Frame(9);
        evidence.Look(frame, [Track(1, 0.5f), Track(2, 0.5f)]);
        evidence.Look(frame, [Track(2, 0.4f)]);
        evidence.Of(1).ShouldBeNull();
        evidence.Of(2).ShouldNotBeNull();
        evidence.Forget(2);
        evidence.Of(2).ShouldBeNull();
        evidence.Look(frame, [Track(3, 0.5f)]);
        on = false;
        evidence.Look(frame, [Track(3, 0.5f)]);
        evidence.Of(3).ShouldBeNull();
    }
}
