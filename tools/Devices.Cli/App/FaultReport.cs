namespace Devices.Cli.App;

/// <summary>The <c>--json</c> form of a fault.</summary>
public sealed record FaultReport(bool Ok, FaultDetail Error);

/// <summary>Exit code, its stable name, and the two sentences.</summary>
public sealed record FaultDetail(int Code, string Name, string Message, string Remedy);
