using System.Numerics.Tensors;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>Each person's probes against their own templates (the best counts): what FNMR is read from.</summary>
public sealed class GenuineScores
{
    private readonly float[][] _ofPerson;

    private GenuineScores(float[][] ofPerson)
    {
        _ofPerson = ofPerson;
        foreach (var scores in ofPerson)
        {
            Array.Sort(scores);
        }

        Count = ofPerson.Sum(s => s.Length);
        Persons = ofPerson.Count(s => s.Length > 0);
    }

    /// <summary>Comparisons made. A probe without a face makes none; it counts as failure to acquire.</summary>
    public int Count { get; }

    /// <summary>Persons with at least one.</summary>
    public int Persons { get; }

    public IEnumerable<float> All => _ofPerson.SelectMany(s => s);

    public static GenuineScores Of(IReadOnlyList<EnrolledPerson> people)
    {
        ArgumentNullException.ThrowIfNull(people);
        return new GenuineScores([.. people.Select(p => p.Probes
            .Where(q => q.HasFace && p.Templates.Count > 0)
            .Select(q => p.Templates.Max(t => TensorPrimitives.Dot<float>(t.Embedding, q.Embedding)))
            .ToArray())]);
    }

    /// <summary>Comparisons below a threshold.</summary>
    public long Below(double threshold) => _ofPerson.Sum(s => (long)BelowIn(s, threshold));

    /// <summary>False non-match rate at a threshold; NaN without comparisons.</summary>
    public double Fnmr(double threshold) => Count == 0 ? double.NaN : (double)Below(threshold) / Count;

    /// <summary>The same when each person counts as often as they were drawn.</summary>
    public double Fnmr(double threshold, int[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        long below = 0, count = 0;
        for (var p = 0; p < _ofPerson.Length; p++)
        {
            if (weights[p] > 0 && _ofPerson[p].Length > 0)
            {
                below += (long)weights[p] * BelowIn(_ofPerson[p], threshold);
                count += (long)weights[p] * _ofPerson[p].Length;
            }
        }

        return count == 0 ? double.NaN : (double)below / count;
    }

    private static int BelowIn(float[] sorted, double threshold)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < threshold ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
