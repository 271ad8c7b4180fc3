using System.Globalization;
using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Enrol;

/// <summary>Looks at one picture: exactly one good face, live where that is asked for, to a vector; or why not. For one thread at a time.</summary>
internal sealed class PictureExaminer : IDisposable
{
    private readonly FaceAnalyzer _analyzer;
    private readonly EnrolmentOptions _options;
    private readonly DetectedFace[] _faces = new DetectedFace[16];
    private readonly float _live;

    internal PictureExaminer(LoadedPack pack, EnrolmentOptions options)
    {
        _options = options;
        _analyzer = pack.CreateAnalyzer();
        _live = pack.Manifest.Liveness.Threshold;
    }

    internal PackRef Pack => _analyzer.Pack;

    /// <param name="vector">Null where the picture is refused.</param>
    internal PictureFinding Examine(RgbFrame picture, int index, bool requireLive, out float[]? vector)
    {
        vector = null;
        FaceQuality quality = default;
        PictureFinding Refuse(EnrolmentFaultCode code, string message, string? hint = null) =>
            new(index, PictureUse.Refused, quality, new EnrolmentFault(code, index, message, hint));

        var count = _analyzer.Detect(picture, _faces);
        var name = $"Picture {index + 1}";
        if (count == 0)
        {
            return Refuse(EnrolmentFaultCode.NoFace, $"{name} shows no face. Take one with the face in the middle.", QualityHints.KeyOf(QualityReason.NotAFace));
        }

        var faces = _faces.AsSpan(0, count);
        faces.Sort(static (a, b) => b.Box.Area.CompareTo(a.Box.Area));
        if (count > 1 && faces[1].Box.Area > _options.IgnoreBelow * faces[0].Box.Area)
        {
            return Refuse(EnrolmentFaultCode.SeveralFaces, $"{name} shows {count} faces. Take one with this person alone.");
        }

        var face = _analyzer.Analyze(picture, faces[0], _options.Quality);
        quality = face.Quality;
        if (!quality.IsGood)
        {
            return Refuse(EnrolmentFaultCode.PoorQuality, $"{name} cannot be used. {QualityHints.Explain(quality)}", QualityHints.KeyOf(quality.Reason));
        }

        if (requireLive && _analyzer.Liveness(picture, face.Box) is var live && live < _live)
        {
            return Refuse(EnrolmentFaultCode.NotLive, string.Create(CultureInfo.InvariantCulture,
                $"{name} does not show a live face ({live:F2}, at least {_live:F2} is needed). Stand before the camera yourself."));
        }

        vector = new float[_analyzer.EmbeddingSize];
        if (!_analyzer.Embed(picture, face, vector))
        {
            vector = null;
            return Refuse(EnrolmentFaultCode.NoFace, $"{name}: the face's points could not be found. Take one from the front.", QualityHints.KeyOf(QualityReason.NotAFace));
        }

        return new PictureFinding(index, PictureUse.Kept, quality);
    }

    public void Dispose() => _analyzer.Dispose();
}
