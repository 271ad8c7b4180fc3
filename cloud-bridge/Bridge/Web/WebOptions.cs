namespace Devices.Bridge.Web;

/// <summary>The pages' settings: <c>Bridge:Web:*</c>.</summary>
public sealed record WebOptions
{
    /// <summary>Log-in attempts a minute from one address.</summary>
    public int LoginsPerMinute { get; init; } = 20;

    /// <summary>Wrong passwords in a row before an account is locked.</summary>
    public int LockAfter { get; init; } = 5;

    /// <summary>Minutes an account stays locked.</summary>
    public double LockMinutes { get; init; } = 15;

    /// <summary>Hours of a session without a request.</summary>
    public double SessionHours { get; init; } = 8;

    /// <summary>Requests a minute of one program's key.</summary>
    public int ApiPerMinute { get; init; } = 600;

    /// <summary>Rows of a page.</summary>
    public int PageSize { get; init; } = 50;

    /// <summary>One sentence for the first value that cannot work, or null.</summary>
    public string? Check()
    {
        if (LoginsPerMinute is < 1 or > 10_000) return "Bridge:Web:LoginsPerMinute must be from 1 to 10000.";
        if (LockAfter is < 1 or > 100) return "Bridge:Web:LockAfter must be from 1 to 100.";
        if (LockMinutes is not (> 0 and <= 1440)) return "Bridge:Web:LockMinutes must be above 0 and at most 1440.";
        if (SessionHours is not (> 0 and <= 168)) return "Bridge:Web:SessionHours must be above 0 and at most 168.";
        if (ApiPerMinute is < 1 or > 1_000_000) return "Bridge:Web:ApiPerMinute must be from 1 to 1000000.";
        if (PageSize is < 1 or > 500) return "Bridge:Web:PageSize must be from 1 to 500.";
        return null;
    }
}
