namespace Devices.Cli.Models;

/// <summary>One pack in <c>devices models list</c> or <c>verify</c>.</summary>
/// <param name="Name">The catalogue folder's name; null for a pack that is only installed.</param>
/// <param name="State"><c>installed</c>, <c>available</c>, <c>sound</c> or <c>refused</c>.</param>
/// <param name="Fault">What is wrong with it, and what to do.</param>
public sealed record PackRow(string? Name, string Pack, string State, long Bytes, string Licences, string? Directory, string? Fault);
