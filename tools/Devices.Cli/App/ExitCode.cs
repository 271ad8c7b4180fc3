namespace Devices.Cli.App;

/// <summary>One way the command can end.</summary>
/// <param name="Number">What the process returns, 0–255.</param>
/// <param name="Name">Stable word for scripts (<c>--json</c>).</param>
/// <param name="Sentence">What it means in general; the message shown at run time is more exact.</param>
/// <param name="Remedy">What to do, where the fault itself knows nothing better.</param>
public sealed record ExitCode(int Number, string Name, string Sentence, string Remedy);
