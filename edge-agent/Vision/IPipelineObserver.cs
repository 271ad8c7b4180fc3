using Devices.Edge.Vision.Match;

namespace Devices.Edge.Vision;

/// <summary>
/// Somebody who watches the pipeline work, for tuning and debugging. Called on the pipeline's own thread, so it must be
/// quick. Without one nothing is timed or collected.
/// </summary>
public interface IPipelineObserver
{
    /// <summary>A face was compared with the gallery; several times a track.</summary>
    void Compared(long track, in FaceComparison comparison);

    /// <summary>A frame is done.</summary>
    void Timed(in StageTimes times);
}

/// <summary>What one comparison gave.</summary>
/// <param name="Best">The nearest person; person null in an empty gallery.</param>
/// <param name="Second">The nearest other person.</param>
/// <param name="Threshold">In force at the gallery's size.</param>
/// <param name="Samples">Frames taken from this track so far.</param>
/// <param name="Fused">The mean of the track's best frames, which is decided on; else this frame alone.</param>
public readonly record struct FaceComparison(Candidate Best, Candidate Second, float Threshold, int Samples, bool Fused);

/// <summary>What one frame took, all faces together.</summary>
/// <param name="Detect">Finding the faces.</param>
/// <param name="Analyse">Points, alignment, quality, motion.</param>
/// <param name="Recognise">Embedding, liveness, search, decision.</param>
public readonly record struct StageTimes(TimeSpan Detect, TimeSpan Analyse, TimeSpan Recognise);
