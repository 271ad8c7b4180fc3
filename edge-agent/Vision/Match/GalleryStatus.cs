namespace Devices.Edge.Vision.Match;

/// <summary>What a gallery consists of, for logs and <c>devices doctor</c>; nothing biometric.</summary>
/// <param name="Kernel">Name of the instructions that the scan uses here.</param>
/// <param name="Threads">Threads that share a search at the present size.</param>
/// <param name="MemoryBytes">Memory of the search structure (not counting the persons' names).</param>
/// <param name="SealedBytes">Bytes of the encrypted working file.</param>
/// <param name="Problem">Why floats that belong into the working file are in memory, in one sentence; null where all is as configured.</param>
/// <param name="Searches">Searches since the start.</param>
/// <param name="ExactRows">Rows that these compared in floats, all together.</param>
public sealed record GalleryStatus(int Templates, string Kernel, int Threads, long MemoryBytes, long SealedBytes, string? Problem, long Searches, long ExactRows);
