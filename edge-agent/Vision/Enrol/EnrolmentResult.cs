using System.Diagnostics.CodeAnalysis;
using Devices.Edge.Vision.Match;

namespace Devices.Edge.Vision.Enrol;

/// <summary>A person's templates, ready to persist and to put into the gallery, or the reason why there are none; and a finding a picture.</summary>
public sealed class EnrolmentResult
{
    internal EnrolmentResult(IReadOnlyList<FaceTemplate> templates, IReadOnlyList<PictureFinding> pictures, EnrolmentFault? fault)
    {
        Templates = templates;
        Pictures = pictures;
        Fault = fault;
    }

    /// <summary>One for each picture of <see cref="PictureUse.Kept"/>, in their order.</summary>
    public IReadOnlyList<FaceTemplate> Templates { get; }

    /// <summary>One for each picture given, in their order.</summary>
    public IReadOnlyList<PictureFinding> Pictures { get; }

    public EnrolmentFault? Fault { get; }

    /// <summary>Enrolled persons within the margin below the threshold, by falling score: card or PIN may be asked of both.</summary>
    public IReadOnlyList<Candidate> LookAlikes { get; init; } = [];

    /// <summary>Persons over the duplicate threshold whom the request allowed, by falling score.</summary>
    public IReadOnlyList<Candidate> AllowedDuplicates { get; init; } = [];

    /// <summary>Similarity from which a face belonged to someone else, at the gallery's size.</summary>
    public float DuplicateThreshold { get; init; }

    [MemberNotNullWhen(false, nameof(Fault))]
    public bool IsEnrolled => Fault is null;
}
