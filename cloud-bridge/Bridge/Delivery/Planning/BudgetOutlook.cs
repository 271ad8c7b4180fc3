namespace Devices.Bridge.Delivery.Planning;

/// <summary>What is known of a month of metered calls at one moment.</summary>
public sealed record BudgetFacts
{
    /// <summary>Calls made this month, all kinds.</summary>
    public required long Used { get; init; }

    /// <summary>Calls the month has.</summary>
    public required long Limit { get; init; }

    /// <summary>Kept back for questions about doubtful punches and for reconciliation.</summary>
    public required long Reserve { get; init; }

    /// <summary>Working days over so far, today in part.</summary>
    public required double DaysPast { get; init; }

    /// <summary>Whole working days after today.</summary>
    public required int DaysToCome { get; init; }

    /// <summary>Whether today is one.</summary>
    public required bool Today { get; init; }

    /// <summary>First-ins sent today.</summary>
    public required long FirstsToday { get; init; }

    /// <summary>First-ins a working day, by the last ones that are over; 0 where there is none yet.</summary>
    public required double FirstsADay { get; init; }
}

/// <summary>How the month will end, and what may still be spent on punches that are neither first-in nor last-out.</summary>
/// <param name="Forecast">Calls at the month's end if it goes on as so far; null in its first half working day.</param>
/// <param name="Needed">Calls that the rest of the month's first-ins and last-outs take.</param>
/// <param name="Spare">Calls for everything else; never below 0.</param>
public sealed record BudgetOutlook(long Used, long Limit, long Reserve, long? Forecast, long Needed, long Spare)
{
    /// <summary>What can be spent on uploads at all.</summary>
    public long Left => Math.Max(0, Limit - Reserve - Used);

    public static BudgetOutlook Of(BudgetFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        double toCome = facts.DaysToCome + (facts.Today ? 1 - Math.Clamp(facts.DaysPast % 1, 0, 1) : 0);
        long? forecast = facts.DaysPast >= 0.5 ? facts.Used + (long)Math.Round(facts.Used / facts.DaysPast * toCome) : null;
        double aDay = Math.Max(facts.FirstsADay, facts.FirstsToday);
        // Each person who comes goes: two calls a day. Of today's first-ins some are told already, of its last-outs perhaps none.
        double today = facts.Today || facts.FirstsToday > 0 ? Math.Max(0, (facts.Today ? aDay : facts.FirstsToday) - facts.FirstsToday) + (facts.Today ? aDay : facts.FirstsToday) : 0;
        long needed = (long)Math.Ceiling((aDay * 2 * facts.DaysToCome) + today);
        return new(facts.Used, facts.Limit, facts.Reserve, forecast, needed, Math.Max(0, facts.Limit - facts.Reserve - facts.Used - needed));
    }
}
