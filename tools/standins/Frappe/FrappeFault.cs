namespace Devices.Standins.Frappe;

/// <summary>What goes wrong with a call.</summary>
public enum FrappeFaultKind
{
    /// <summary>The connection closes; nothing was done.</summary>
    CloseBefore,

    /// <summary>The call is done, then the connection closes without an answer.</summary>
    CloseAfter,

    /// <summary>Answers the status with a proxy's HTML page; nothing was done.</summary>
    StatusBefore,

    /// <summary>The call is done, then a proxy answers the status.</summary>
    StatusAfter,

    /// <summary>The call is done; the answer begins and never ends.</summary>
    StallAfter,

    /// <summary>Validates, waits, and commits then: a second call in between is validated against what was there before.</summary>
    SlowTransaction,

    /// <summary>Frappe's own deadlock answer: rolled back.</summary>
    Deadlock,

    /// <summary>The site's rate limit, with Retry-After.</summary>
    RateLimit,
}

/// <summary>A fault that hits the next calls of a doctype.</summary>
/// <param name="Doctype"><c>Employee</c> or <c>Employee Checkin</c>.</param>
/// <param name="Method"><c>GET</c>, <c>POST</c> or <c>PUT</c>.</param>
/// <param name="Value">Status, or milliseconds of a slow transaction, or seconds of Retry-After.</param>
public sealed record FrappeFault(FrappeFaultKind Kind, string Doctype, string Method, int Value = 0, int Count = 1);
