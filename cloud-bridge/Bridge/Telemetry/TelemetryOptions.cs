namespace Devices.Bridge.Telemetry;

/// <summary>Settings below <c>Bridge:Telemetry</c>: where metrics and traces go. Nowhere unless an address is given.</summary>
public sealed record TelemetryOptions
{
    /// <summary>OTLP over HTTP of a collector, such as <c>http://127.0.0.1:4318</c>; empty: nothing is exported.</summary>
    public string Otlp { get; set; } = "";

    /// <summary>How often metrics go out.</summary>
    public double EverySeconds { get; set; } = 15;

    /// <summary>Which share of traces goes out, 0 to 1; chosen by the punch, so that all spans of one go or none.</summary>
    public double TraceShare { get; set; } = 0.05;

    /// <summary>Null where every setting is in range, else a sentence that names the first that is not.</summary>
    public string? Check() =>
        Otlp.Length > 0 && (!Uri.TryCreate(Otlp, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https")) ? $"Bridge:Telemetry:Otlp is '{Otlp}': give a collector's address such as http://127.0.0.1:4318."
        : EverySeconds is not (>= 0.1 and <= 3_600) ? $"Bridge:Telemetry:EverySeconds is {EverySeconds}: give 0.1 to 3600 seconds."
        : TraceShare is not (>= 0 and <= 1) ? $"Bridge:Telemetry:TraceShare is {TraceShare}: give 0 to 1."
        : null;
}
