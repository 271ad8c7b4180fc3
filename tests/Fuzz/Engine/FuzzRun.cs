using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Devices.Fuzz.Engine;

/// <summary>
/// A run of one target: its samples as they are, then spoilt ones. What a parser answers in new words is kept and spoilt further, so that
/// later checks are reached through earlier ones. The same seed makes the same inputs as long as the parser answers the same.
/// </summary>
internal sealed partial class FuzzRun
{
    private const int MostKept = 400;

    private readonly FuzzTarget _target;
    private readonly long _seed;
    private readonly Action<long, byte[]>? _before;
    private readonly List<byte[]> _kept = [];
    private readonly HashSet<string> _answers = new(StringComparer.Ordinal);

    /// <param name="before">Told each input before it is read: for who must know what a process died of.</param>
    public FuzzRun(FuzzTarget target, long seed, Action<long, byte[]>? before = null) => (_target, _seed, _before) = (target, seed, before);

    /// <summary>Different answers so far: how far into the parser the inputs came.</summary>
    public int Answers => _answers.Count;

    public long Inputs { get; private set; }

    /// <summary>Goes on until <paramref name="enough"/>; gives each finding as it comes, one for each kind.</summary>
    public IEnumerable<Finding> Go(Func<long, bool> enough)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        IReadOnlyList<byte[]> seeds = _target.Seeds();
        if (seeds.Count == 0) throw new InvalidOperationException($"{_target} has no samples.");
        foreach (byte[] seed in seeds)
            if (Try(seed) is { } finding && seen.Add(finding.What)) yield return finding;
        for (; !enough(Inputs);)
        {
            Random random = new(HashCode(Inputs));
            // Half of the time from a sound sample, else from what led somewhere new.
            byte[] from = _kept.Count == 0 || random.Next(2) == 0 ? seeds[random.Next(seeds.Count)] : _kept[random.Next(_kept.Count)];
            if (Try(new Mutator(random, _target.Words).Spoil(from, seeds, _target.Shape, _target.MostInput)) is { } finding && seen.Add(Kind(finding))) yield return finding;
        }
    }

    /// <summary>Reads one input; null where the parser kept its promise.</summary>
    public Finding? Try(byte[] input)
    {
        long number = Inputs++;
        _before?.Invoke(number, input);
        long memory = GC.GetAllocatedBytesForCurrentThread(), started = Stopwatch.GetTimestamp();
        string answer;
        try
        {
            answer = _target.Read(input);
        }
        catch (Exception fault) when (_target.Refusals.Any(one => one.IsInstanceOfType(fault)))
        {
            if (fault.Message.Length == 0 || fault.Message.Length > _target.MostSentence) return new(_target.Name, _seed, number, input, $"a refusal of {fault.Message.Length} characters is no sentence", "");
            answer = "refused: " + fault.Message;
        }
        catch (Exception fault)
        {
            return new(_target.Name, _seed, number, input, $"{fault.GetType().Name}: {fault.Message}", fault.StackTrace ?? "");
        }

        TimeSpan took = Stopwatch.GetElapsedTime(started);
        memory = GC.GetAllocatedBytesForCurrentThread() - memory;
        if (took > _target.Longest) return new(_target.Name, _seed, number, input, $"took {took.TotalSeconds:F0} s", "");
        if (memory > _target.MostMemory) return new(_target.Name, _seed, number, input, $"asked for {memory >> 20} MiB of memory", "");
        if (_answers.Count < 20_000 && _answers.Add(Plain(answer)))
        {
            if (_kept.Count < MostKept) _kept.Add(input);
            else _kept[HashCode(number) % MostKept] = input;
        }

        return null;
    }

    /// <summary>A seed's own inputs by number alone: FNV-1a over name, seed and number.</summary>
    private int HashCode(long number)
    {
        ulong hash = 14695981039346656037;
        foreach (byte one in (byte[])[.. Encoding.UTF8.GetBytes(_target.Name), .. BitConverter.GetBytes(_seed), .. BitConverter.GetBytes(number)]) hash = (hash ^ one) * 1099511628211;
        return (int)(hash >> 33);
    }

    // The first line of the trace says where: the same exception elsewhere is another finding.
    private static string Kind(Finding finding) => $"{Plain(finding.What)} {finding.Trace.Split('\n').FirstOrDefault(line => line.Contains("Devices.", StringComparison.Ordinal) && !line.Contains("Devices.Fuzz", StringComparison.Ordinal)) ?? finding.Trace.Split('\n')[0]}";

    // What an input says of itself is not news.
    private static string Plain(string answer) => Own().Replace(answer.Length > 400 ? answer[..400] : answer, "…");

    [GeneratedRegex("'[^']*'|\"[^\"]*\"|[0-9A-Fa-f]{4,}|[0-9]+")]
    private static partial Regex Own();
}
