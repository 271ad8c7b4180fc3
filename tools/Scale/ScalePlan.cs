using System.Globalization;

namespace Devices.Scale;

/// <summary>What is to be run.</summary>
/// <param name="Engine"><c>nats</c> (two ingest nodes, two writers, three NATS servers) or <c>store</c> (two ingest nodes that commit by themselves).</param>
public sealed record ScalePlan(string Engine = "nats", int Seed = 1, int Terminals = 8)
{
    /// <summary>How many blows; null for one of each kind, in an order that the seed makes.</summary>
    public int? Count { get; init; }

    /// <summary>Instead of blows: how long to measure, and how many terminals hold a connection beside the busy ones.</summary>
    public int MeasureSeconds { get; init; }

    public int Idle { get; init; }

    /// <summary>Punches a message while measuring.</summary>
    public int Batch { get; init; } = 1;

    public string Usage { get; } =
        """
        devices-scale [--engine nats|store] [--seed N] [--count N] [--terminals N]      kills parts of a scaled installation while punches flow
        devices-scale --measure SECONDS [--engine nats|store] [--terminals N] [--idle N] [--batch N]      unit costs, no kills
        """;

    /// <exception cref="ArgumentException">A word is unknown or out of range.</exception>
    public static ScalePlan Read(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        ScalePlan plan = new();
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} needs a value.\n{plan.Usage}");
            plan = args[i] switch
            {
                "--engine" when value is "nats" or "store" => plan with { Engine = value },
                "--seed" => plan with { Seed = Number(value, 0, int.MaxValue) },
                "--count" => plan with { Count = Number(value, 1, 100_000) },
                "--terminals" => plan with { Terminals = Number(value, 1, 2000) },
                "--measure" => plan with { MeasureSeconds = Number(value, 1, 600) },
                "--idle" => plan with { Idle = Number(value, 0, 20_000) },
                "--batch" => plan with { Batch = Number(value, 1, 128) },
                _ => throw new ArgumentException($"'{args[i]} {value}' is not known.\n{plan.Usage}"),
            };
        }
        return plan;

        int Number(string text, int least, int most) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number : throw new ArgumentException($"'{text}' is no number from {least} to {most}.\n{plan.Usage}");
    }
}
