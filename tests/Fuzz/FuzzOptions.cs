using System.Globalization;

namespace Devices.Fuzz;

/// <summary>The words of the command line.</summary>
internal sealed record FuzzOptions
{
    public const string Usage = """
        tools/fuzz [--minutes M] [--target T] [--seed S] [--out DIR] [--list] [--replay FILE]

          --minutes M    how long in all, shared among the targets (5)
          --target T     only targets whose name has T in it, as bridge/ or cli/slip
          --seed S       the same seed makes the same inputs; without it one is drawn and printed
          --out DIR      where inputs that broke something are kept (artifacts/fuzz)
          --list         the targets and the files that they reach
          --replay FILE  reads that one input with the target of --target and says what came of it

        Ends with 0 where every parser kept its promise, with 1 where one did not.
        """;

    public double Minutes { get; private init; } = 5;

    public string Target { get; private init; } = "";

    public long? Seed { get; private init; }

    public string Out { get; private init; } = Path.Combine("artifacts", "fuzz");

    public bool List { get; private init; }

    public string? Replay { get; private init; }

    /// <summary>Seconds; set where this process is the child that reads.</summary>
    public double? Child { get; private init; }

    /// <exception cref="FormatException">One sentence.</exception>
    public static FuzzOptions Parse(IReadOnlyList<string> words)
    {
        FuzzOptions options = new();
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            if (word == "--list")
            {
                options = options with { List = true };
                continue;
            }

            string value = i + 1 < words.Count ? words[++i] : throw new FormatException($"After {word} a value must follow.");
            options = word switch
            {
                "--minutes" => options with { Minutes = Number(word, value, 10_000) },
                "--target" => options with { Target = value },
                "--seed" => options with { Seed = (long)Number(word, value, 1e15) },
                "--out" => options with { Out = value },
                "--replay" => options with { Replay = value },
                "--child" => options with { Child = Number(word, value, 1e6) },
                _ => throw new FormatException($"'{word}' is not known."),
            };
        }

        return options;
    }

    private static double Number(string word, string value, double most) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 && number <= most ? number : throw new FormatException($"{word} is '{value}'; give a number above 0.");
}
