namespace Devices.Bridge.Store.Retention;

/// <summary>How long things are kept (design section 10), below <c>Bridge:Retention</c>. 0 keeps them for ever, the default for punches.</summary>
public sealed record RetentionOptions
{
    /// <summary>Whole years after which a punch is removed, once it is delivered or will never be. Wage law often asks for several.</summary>
    public int PunchYears { get; set; }

    /// <summary>Days after which terminals' events are removed.</summary>
    public int EventDays { get; set; }

    /// <summary>Days after which settled rows of the exceptions list are removed.</summary>
    public int ExceptionDays { get; set; }

    /// <summary>Removes nothing, and says in the log and the audit log what would be.</summary>
    public bool DryRun { get; set; }

    public bool Any => PunchYears > 0 || EventDays > 0 || ExceptionDays > 0;

    /// <summary>Null where every value is in range.</summary>
    public string? Check() =>
        PunchYears is < 0 or > 100 ? "Bridge:Retention:PunchYears is 0 (keep for ever) to 100."
        : EventDays is < 0 or > 36_500 ? "Bridge:Retention:EventDays is 0 (keep for ever) to 36500."
        : ExceptionDays is < 0 or > 36_500 ? "Bridge:Retention:ExceptionDays is 0 (keep for ever) to 36500."
        : null;
}
