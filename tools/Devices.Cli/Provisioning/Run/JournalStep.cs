namespace Devices.Cli.Provisioning.Run;

/// <summary>How far a step is.</summary>
/// <param name="State"><c>done</c>, <c>failed</c>, <c>stopped</c> or <c>left-open</c>.</param>
/// <param name="At">When it ended.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Found">What it found, or why it failed.</param>
/// <param name="Code">The fault's exit code; null where there is none.</param>
public sealed record JournalStep(string Name, string Title, string State, DateTimeOffset At, double Seconds, string Found, int? Code = null);
