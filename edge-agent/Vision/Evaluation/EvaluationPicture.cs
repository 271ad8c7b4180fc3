using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>One picture of a person in an evaluation, and what became of it.</summary>
/// <param name="Person">Name of the picture's folder.</param>
/// <param name="File">Path of the picture.</param>
public sealed record EvaluationPicture(string Person, string File)
{
    /// <summary>Unit-length embedding of the face nearest the picture's centre; null where there is none.</summary>
    public float[]? Embedding { get; set; }

    /// <summary>Why the picture could not be read, as a sentence; null when it was read.</summary>
    public string? Unreadable { get; set; }

    public FaceQuality Quality { get; set; }

    /// <summary>Probability of a live face; 0 unless asked for.</summary>
    public float Liveness { get; set; }

    /// <summary>Read, and a face with an embedding was found.</summary>
    public bool HasFace => Embedding is not null;
}
