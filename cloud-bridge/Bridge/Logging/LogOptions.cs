namespace Devices.Bridge.Logging;

/// <summary>Settings below <c>Bridge:Log</c>.</summary>
public sealed record LogOptions
{
    /// <summary><c>plain</c>: lines for people; <c>json</c>: one object a line for a log store, times in UTC.</summary>
    public string Format { get; set; } = "plain";

    /// <summary>Null where every setting is in range, else a sentence that names the first that is not.</summary>
    public string? Check() => Format is "plain" or "json" ? null : $"Bridge:Log:Format is '{Format}': give plain or json.";
}
