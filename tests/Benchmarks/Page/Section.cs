namespace Devices.Benchmarks.Page;

/// <summary>
/// A part of the page: a run of this program or of another one that prints Markdown, or a file of measured results that its own command
/// writes (long runs: faults, power cuts, fleets, accuracy).
/// </summary>
/// <param name="Name">Short, for <c>--only</c>.</param>
/// <param name="Title">The heading.</param>
/// <param name="Command">What a person types to measure it alone.</param>
/// <param name="Runs">The runs, each the arguments of this program; empty where <see cref="File"/> is given.</param>
/// <param name="File">A file below the root of the repository.</param>
/// <param name="Claims">What is claimed from it.</param>
internal sealed record Section(string Name, string Title, string Command, IReadOnlyList<string[]> Runs, string? File, IReadOnlyList<Claim> Claims);
