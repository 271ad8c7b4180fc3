using Devices.Bridge;
using Devices.Cli.App;

namespace Devices.Cli.Bridge;

/// <summary>The bridge's sentences as this tool tells them.</summary>
internal static class BridgeWords
{
    /// <exception cref="CliException">The flag is missing.</exception>
    public static string Given(string value, string flag, CliHost host) => value.Length > 0
        ? Path.GetFullPath(value, host.WorkingDirectory)
        : throw new CliException(ExitCodes.AnswerMissing, $"Say {flag}.");

    /// <exception cref="CliException">The bridge's part refused.</exception>
    public static async Task<T> PlainAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (BridgeStartException fault)
        {
            throw new CliException(ExitCodes.BackupRefused, fault.Message, inner: fault);
        }
    }
}
