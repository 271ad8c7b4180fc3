using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>One picture of a person in an evaluation, and what became of it.</summary>
public sealed class EvaluationPicture(string person, string file)
{
    /// <summary>Name of the picture's folder, or the name that the folder's person carries elsewhere (<see cref="PictureFolder.Read"/>).</summary>
    public string Person { get; } = person;

    /// <summary>Path of the picture.</summary>
    public string File { get; } = file;

    /// <summary>Person and file name, as reports name it.</summary>
    public string Name => $"{Path.GetFileName(Path.GetDirectoryName(File))}/{Path.GetFileName(File)}";

    public PictureOutcome Outcome { get; set; }

    /// <summary>Why there is no embedding, as a sentence; null where there is one.</summary>
    public string? Reason { get; set; }

    /// <summary>Faces found.</summary>
    public int Faces { get; set; }

    /// <summary>Unit-length embedding of the face nearest the picture's centre; null where there is none.</summary>
    public float[]? Embedding { get; set; }

    /// <summary>Of that face; nothing in it where no face was found.</summary>
    public FaceQuality Quality { get; set; }

    /// <summary>Read, and a face with an embedding was found.</summary>
    public bool HasFace => Embedding is not null;
}
