namespace Devices.Edge.Vision.Runtime;

/// <summary>How to start the process that runs the models: a program that calls <see cref="ModelWorkerHost.Serve"/>.</summary>
/// <param name="Program">Path of the executable.</param>
/// <param name="Arguments">What stands before the parent's process id, which is always the last argument.</param>
public sealed record WorkerCommand(string Program, IReadOnlyList<string> Arguments);
