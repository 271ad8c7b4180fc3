namespace Devices.Cli.Models;

/// <summary>What an install did.</summary>
/// <param name="Pack"><c>id@version</c>.</param>
/// <param name="Directory">Where the pack lies: the agent's <c>ModelPack</c>.</param>
/// <param name="Downloaded">How many files were fetched.</param>
public sealed record InstallResult(string Pack, string Directory, int Downloaded, bool AlreadyInstalled);
