using System.Numerics.Tensors;
using Devices.Edge.Vision.Frames;

namespace Devices.Edge.Vision.Enrol;

/// <summary>
/// Collects good, live, differing views of one person from a running camera. It says after each frame what to do next. Dispose it for its
/// copies of frames. For one thread at a time.
/// </summary>
public sealed class LiveViews : IDisposable
{
    private readonly PictureExaminer _examiner;
    private readonly EnrolmentOptions _options;
    private readonly float _same;
    private readonly List<RgbFrame> _frames = [];
    private readonly List<float[]> _vectors = [];

    internal LiveViews(PictureExaminer examiner, int wanted, EnrolmentOptions options, float same)
    {
        _examiner = examiner;
        _options = options;
        _same = same;
        Wanted = wanted;
    }

    public int Wanted { get; }

    public int Count => _frames.Count;

    public bool IsComplete => Count >= Wanted;

    /// <summary>The frames taken; valid until disposed.</summary>
    public IReadOnlyList<RgbFrame> Frames => _frames;

    /// <summary>Looks at a frame, which stays the caller's.</summary>
    public LiveHint Offer(RgbFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var finding = _examiner.Examine(frame, Count, requireLive: true, out var vector);
        if (vector is null)
        {
            return new LiveHint(finding.Fault!.Code switch
            {
                EnrolmentFaultCode.NoFace => LiveStep.NoFace,
                EnrolmentFaultCode.SeveralFaces => LiveStep.SeveralFaces,
                EnrolmentFaultCode.NotLive => LiveStep.NotLive,
                _ => LiveStep.Quality,
            }, finding.Fault.HintKey, Count);
        }

        foreach (var taken in _vectors)
        {
            var similarity = TensorPrimitives.Dot(taken, vector);
            if (similarity >= _options.NearlySame)
            {
                return new LiveHint(LiveStep.TurnALittle, null, Count);
            }

            if (similarity < _same)
            {
                return new LiveHint(LiveStep.SomebodyElse, null, Count);
            }
        }

        var copy = RgbFrame.Rent(frame.Width, frame.Height, frame.CapturedAt);
        for (var y = 0; y < frame.Height; y++)
        {
            frame.Pixels.Slice(y * frame.Stride, frame.Width * 3).CopyTo(copy.Pixels[(y * copy.Stride)..]);
        }

        _frames.Add(copy);
        _vectors.Add(vector);
        return new LiveHint(IsComplete ? LiveStep.Done : LiveStep.Taken, null, Count);
    }

    public void Dispose()
    {
        foreach (var frame in _frames)
        {
            frame.Dispose();
        }

        foreach (var vector in _vectors)
        {
            vector.AsSpan().Clear();
        }

        _frames.Clear();
        _vectors.Clear();
    }
}
