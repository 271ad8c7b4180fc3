using Devices.PowerCut.Disk;

namespace Devices.PowerCut.Scenarios;

/// <summary>Some of the product's real code that promises things about files in one folder, and how to tell whether it kept its word.</summary>
public interface IScenario
{
    /// <summary>One word.</summary>
    string Name { get; }

    /// <summary>Lays out what was on the disk long before, not recorded; nothing by default.</summary>
    void Prepare(string folder)
    {
    }

    /// <summary>
    /// Works as drawn, notes in the log what it asks and what it was promised. With <paramref name="faulty"/> the disk fails meanwhile:
    /// refusals are noted, and the answer is a sentence where the product did not behave as it says.
    /// </summary>
    string? Work(string folder, DiskLog log, Random random, int steps, bool faulty);

    /// <summary>Opens what the cut left behind with the product's code, does nothing more, and closes it: the power may go here, too.</summary>
    void Recover(string folder);

    /// <summary>Opens it and compares with what was promised before the cut. Null where every promise was kept, else a sentence.</summary>
    string? Check(string folder, Told told, Random random);
}

/// <summary>What was asked and promised before a cut.</summary>
/// <param name="Facts">In order.</param>
/// <param name="Next">The promise that would have come next; null where none did.</param>
public sealed record Told(IReadOnlyList<object> Facts, object? Next);

/// <summary>Something was asked for; the answer has not come.</summary>
public record Asked(string What);

/// <summary>Thrown by a scenario where a promise was broken.</summary>
public sealed class BrokenPromiseException : Exception
{
    public BrokenPromiseException(string message) : base(message)
    {
    }

    public BrokenPromiseException(string message, Exception inner) : base(message, inner)
    {
    }

    public BrokenPromiseException()
    {
    }
}

/// <summary>Short ways to compare.</summary>
internal static class Promise
{
    public static void Holds(bool kept, string broken)
    {
        if (!kept) throw new BrokenPromiseException(broken);
    }

    public static string Short(object? value) => value?.ToString() is { Length: > 300 } text ? text[..300] + "…" : value?.ToString() ?? "nothing";
}
