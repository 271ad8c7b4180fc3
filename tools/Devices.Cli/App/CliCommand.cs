using Spectre.Console;
using Spectre.Console.Cli;

namespace Devices.Cli.App;

/// <summary>The base of every command: turns every way of ending into an exit code and a sentence.</summary>
public abstract class CliCommand<TSettings>(IAnsiConsole console, CliHost host) : AsyncCommand<TSettings>
    where TSettings : GlobalSettings
{
    /// <summary>ENOSPC, as .NET reports it in <see cref="Exception.HResult"/> on Unix.</summary>
    private const int NoSpace = 28;

    protected CliHost Host { get; } = host;

    /// <summary>Whether this command hashes, signs or speaks TLS: with what little does not, a bare system can be looked at.</summary>
    protected virtual bool NeedsOpenSsl => true;

    protected abstract Task<ExitCode> RunAsync(TSettings settings, Output output, CancellationToken cancellationToken);

    public sealed override async Task<int> ExecuteAsync(CommandContext context, TSettings settings, CancellationToken cancellationToken)
    {
        var output = new Output(console, Host, settings.Json, settings.Verbose);
        try
        {
            if (NeedsOpenSsl && !SystemLibraries.HasOpenSsl(Host.Library))
                throw new CliException(ExitCodes.LibraryMissing, "OpenSSL (libssl.so.3) is not installed on this system; its package is `openssl`, on Debian and elsewhere.");
            return (await RunAsync(settings, output, cancellationToken).ConfigureAwait(false)).Number;
        }
        catch (Exception e)
        {
            CliException fault = Explain(e, cancellationToken);
            output.Fault(fault);
            return fault.Code.Number;
        }
    }

    private static CliException Explain(Exception e, CancellationToken cancellationToken) => e switch
    {
        CliException fault => fault,
        OperationCanceledException when cancellationToken.IsCancellationRequested => new CliException(ExitCodes.Interrupted, "Stopped before the end."),
        UnauthorizedAccessException => new CliException(ExitCodes.NoPermission, Sentence(e.Message), inner: e),
        IOException io when io.HResult == NoSpace => new CliException(ExitCodes.DiskFull, Sentence(e.Message), inner: e),
        _ => new CliException(ExitCodes.Unexpected, Sentence(e.Message), inner: e),
    };

    private static string Sentence(string text)
    {
        string line = text.ReplaceLineEndings(" ").Trim();
        return line.EndsWith('.') ? line : line + ".";
    }
}
