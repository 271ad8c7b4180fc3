using System.Diagnostics.CodeAnalysis;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Enrol;

/// <summary>
/// A person's templates, one for each picture in their order, ready to persist and to put into the gallery; or the
/// reason why there are none.
/// </summary>
public sealed class EnrolmentResult
{
    private EnrolmentResult(IReadOnlyList<FaceTemplate> templates, IReadOnlyList<FaceQuality> qualities, EnrolmentFault? fault)
    {
        Templates = templates;
        Qualities = qualities;
        Fault = fault;
    }

    public IReadOnlyList<FaceTemplate> Templates { get; }

    public IReadOnlyList<FaceQuality> Qualities { get; }

    public EnrolmentFault? Fault { get; }

    [MemberNotNullWhen(false, nameof(Fault))]
    public bool IsEnrolled => Fault is null;

    internal static EnrolmentResult Of(IReadOnlyList<FaceTemplate> templates, IReadOnlyList<FaceQuality> qualities) => new(templates, qualities, null);

    internal static EnrolmentResult Refuse(EnrolmentFault fault) => new([], [], fault);
}
