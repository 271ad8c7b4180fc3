using Devices.Edge.Vision.Match;

namespace Devices.Edge.Vision.Enrol;

/// <summary>The 1:N check of one enrolment: everybody enrolled except the person themselves and the twins that were vouched for.</summary>
internal sealed class DuplicateSearch
{
    private readonly FaceGallery _all;
    private readonly FaceGallery _others;
    private readonly EnrolmentRequest _request;

    internal DuplicateSearch(FaceGallery gallery, EnrolmentRequest request, float threshold)
    {
        _all = gallery;
        _request = request;
        Threshold = threshold;
        _others = request.AllowedDuplicates.Count == 0 ? gallery : Without(gallery, request.AllowedDuplicates);
    }

    internal float Threshold { get; }

    /// <summary>The best other person at or over the threshold, or nobody.</summary>
    internal Candidate Best(FaceTemplate template)
    {
        var best = _others.Match(template.Vector.Span, except: _request.Person).Best;
        return best.Person is not null && best.Score >= Threshold ? best : Candidate.None;
    }

    /// <summary>Others from a similarity on, whom <see cref="Best"/> does not refuse, each once with the best score.</summary>
    internal IReadOnlyList<Candidate> LookAlikes(IEnumerable<FaceTemplate> templates, float from)
    {
        List<Candidate> found = [];
        foreach (var template in templates)
        {
            var match = _others.Match(template.Vector.Span, except: _request.Person);
            found.AddRange(new[] { match.Best, match.Second }.Where(c => c.Person is not null && c.Score >= from));
        }

        return Once(found);
    }

    /// <summary>The vouched-for twins that are at or over the threshold.</summary>
    internal IReadOnlyList<Candidate> Allowed(IEnumerable<FaceTemplate> templates)
    {
        List<Candidate> found = [];
        foreach (var template in _request.AllowedDuplicates.Count == 0 ? [] : templates)
        {
            var match = _all.Match(template.Vector.Span, except: _request.Person);
            found.AddRange(new[] { match.Best, match.Second }.Where(c => c.Person is not null && c.Score >= Threshold && _request.AllowedDuplicates.Contains(c.Person)));
        }

        return Once(found);
    }

    /// <summary>Null where the person has no face yet or one that resembles; else how near the pictures come at best.</summary>
    internal float? Changed(IEnumerable<FaceTemplate> templates, float same)
    {
        if (!_all.Persons.Contains(_request.Person))
        {
            return null;
        }

        var best = -1f;
        foreach (var template in templates)
        {
            // The person's own score, or, where two others are nearer, the second's: not more than that.
            var match = _all.Match(template.Vector.Span);
            best = MathF.Max(best, match.Best.Person == _request.Person ? match.Best.Score : MathF.Min(match.Second.Score, match.Second.Person == _request.Person ? 1 : same - 0.01f));
        }

        return best >= same ? null : best;
    }

    private static IReadOnlyList<Candidate> Once(List<Candidate> found) =>
        [.. found.GroupBy(c => c.Person).Select(g => g.MaxBy(c => c.Score)).OrderByDescending(c => c.Score)];

    // A copy: a search can leave out one person only, and this is rare.
    private static FaceGallery Without(FaceGallery gallery, IReadOnlyCollection<string> persons)
    {
        var rest = new FaceGallery(gallery.Pack, gallery.EmbeddingSize);
        foreach (var template in gallery.Export())
        {
            if (!persons.Contains(template.Person))
            {
                rest.Add(template);
            }
        }

        return rest;
    }
}
