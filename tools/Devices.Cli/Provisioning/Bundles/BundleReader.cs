using System.Text;
using Devices.Cli.App;
using Devices.Cli.Provisioning.Run;
using Spectre.Console;

namespace Devices.Cli.Provisioning.Bundles;

/// <summary>Opens a bundle on the board that it is for.</summary>
internal static class BundleReader
{
    /// <exception cref="CliException"><see cref="ExitCodes.BundleRefused"/>: expired, for another board, damaged, or another passphrase.</exception>
    public static ProvisionAnswers Open(string path, string? passphraseFile, Output output, CliHost host)
    {
        if (!File.Exists(path)) throw new CliException(ExitCodes.BundleRefused, $"There is no bundle {path}.", "Copy it to this board, and give its path.");
        BundleEnvelope head = BundleSeal.Read(File.ReadAllBytes(path));
        DateTimeOffset now = host.Clock.GetUtcNow();
        if (now > head.ExpiresAt) throw new CliException(ExitCodes.BundleRefused, $"The bundle for '{head.Terminal}' expired at {head.ExpiresAt:yyyy-MM-dd HH:mm} UTC.");
        // A board without a battery clock may stand at 1970: the claim inside expires at the bridge all the same.
        if (head.Serial is { } serial && BoardFacts.Read(host.Root).Serial is var ours && !string.Equals(ours, serial, StringComparison.OrdinalIgnoreCase))
            throw new CliException(ExitCodes.BundleRefused, $"The bundle is for the board with serial number {serial}; this one has {ours ?? "none that this user may read"}.", "Use the bundle on its own board (as root, where the serial number is hidden), or make one for this board.");
        BundleContent content = BundleSeal.Open(head, Passphrase(passphraseFile, $"Passphrase of the bundle for '{head.Terminal}':", output, host));
        return content.Answers with { WifiPassword = content.WifiPassword, McuPassword = content.McuPassword };
    }

    /// <summary>From a file's first line, or asked for; never an argument.</summary>
    public static string Passphrase(string? file, string question, Output output, CliHost host)
    {
        if (file is not null)
        {
            string path = Path.GetFullPath(file, host.WorkingDirectory);
            return File.Exists(path) ? File.ReadLines(path, Encoding.UTF8).FirstOrDefault() ?? "" : throw new CliException(ExitCodes.Usage, $"There is no passphrase file '{file}'.");
        }

        if (!output.Interactive) throw new CliException(ExitCodes.AnswerMissing, "The bundle's passphrase is missing.", "Give --passphrase-file.");
        return output.Console.Prompt(new TextPrompt<string>(Markup.Escape(question)).Secret());
    }
}
