namespace Devices.Edge.Vision.Match.Scan;

/// <summary>
/// The best person and the best other person of the scores offered, whatever their order: a person counts with their
/// greatest score, and of equal scores the row that comes first in the gallery wins. Persons are compared by reference;
/// the gallery keeps one string a person.
/// </summary>
internal struct TopTwo
{
    private string? _best;
    private string? _second;
    private float _bestScore;
    private float _secondScore;
    private long _bestRow;
    private long _secondRow;

    internal readonly Candidate Best => _best is null ? Candidate.None : new Candidate(_best, _bestScore);

    internal readonly Candidate Second => _second is null ? Candidate.None : new Candidate(_second, _secondScore);

    /// <summary>What a row must reach to matter; −1 while there are not two persons.</summary>
    internal readonly float Floor => _second is null ? -1 : MathF.Max(-1, _secondScore);

    internal void Offer(string person, float score, long row)
    {
        if (ReferenceEquals(person, _best))
        {
            if (Beats(score, row, _bestScore, _bestRow))
            {
                (_bestScore, _bestRow) = (score, row);
            }
        }
        else if (_best is null || Beats(score, row, _bestScore, _bestRow))
        {
            // Where the second overtakes the best, they change places; else the former best is the greatest of all others.
            (_second, _secondScore, _secondRow) = (_best, _bestScore, _bestRow);
            (_best, _bestScore, _bestRow) = (person, score, row);
        }
        else if (_second is null || Beats(score, row, _secondScore, _secondRow))
        {
            (_second, _secondScore, _secondRow) = (person, score, row);
        }
    }

    internal void Offer(in TopTwo other)
    {
        if (other._best is not null)
        {
            Offer(other._best, other._bestScore, other._bestRow);
        }

        if (other._second is not null)
        {
            Offer(other._second, other._secondScore, other._secondRow);
        }
    }

    private static bool Beats(float score, long row, float otherScore, long otherRow) =>
        score > otherScore || (score == otherScore && row < otherRow);
}
