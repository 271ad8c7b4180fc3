namespace Devices.Fuzz.Engine;

/// <summary>One way into the product: a parser, sound samples of what it reads, and what it may do with what is not sound.</summary>
/// <param name="Name">Part and parser, <c>bridge/csr</c>: also the name of its regression inputs.</param>
/// <param name="Shape">How samples are spoilt.</param>
/// <param name="Seeds">Sound samples. They are read first, as they are.</param>
/// <param name="Read">
/// Reads one input and says in a few words what came of it; another answer is a sign that something new was reached, so the input is kept to
/// be spoilt further. An exception that is not among <see cref="Refusals"/> is a finding, <see cref="FindingException"/> included.
/// </param>
internal sealed record FuzzTarget(string Name, Shape Shape, Func<IReadOnlyList<byte[]>> Seeds, Func<byte[], string> Read)
{
    /// <summary>Source files of the product that an input gets to, from the repository's root: the inventory in tests/SECURITY.md has the same.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Exceptions that are a documented refusal. Most parsers have none: they answer.</summary>
    public IReadOnlyList<Type> Refusals { get; init; } = [];

    /// <summary>Words that mean something to this parser.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Inputs in a run of the tests; the tool goes by time.</summary>
    public int Runs { get; init; } = 1_500;

    /// <summary>Longest input that is made, bytes.</summary>
    public int MostInput { get; init; } = 64 * 1024;

    /// <summary>Most memory that reading one input may ask for, bytes.</summary>
    public long MostMemory { get; init; } = 64L * 1024 * 1024;

    /// <summary>Longest refusal, characters: a sentence, or one a line for many faults.</summary>
    public int MostSentence { get; init; } = 20_000;

    /// <summary>A parser that takes longer for one input hangs.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromSeconds(5);

    public override string ToString() => Name;
}

/// <summary>A parser answered, and its answer cannot be right.</summary>
internal sealed class FindingException(string message) : Exception(message);
