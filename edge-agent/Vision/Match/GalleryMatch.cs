namespace Devices.Edge.Vision.Match;

/// <summary>The best person of a gallery and the best other one, with the gallery's size at that moment.</summary>
public readonly record struct GalleryMatch(Candidate Best, Candidate Second, int Templates)
{
    public float Margin => Best.Score - Second.Score;
}
