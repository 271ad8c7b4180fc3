using System.Text;
using Devices.Cli.App;
using Devices.Cli.Wifi;
using Spectre.Console;

namespace Devices.Cli.Provisioning.Run;

/// <summary>The Wi-Fi password: from a bundle, from its file, or asked for. It goes to the MCU and nowhere else.</summary>
internal static class WifiSecret
{
    public static string Of(ProvisionScene scene)
    {
        ProvisionAnswers answers = scene.Answers;
        string password = answers.WifiPassword ?? (answers.WifiPasswordFile is { } file ? Read(Path.GetFullPath(file, scene.Host.WorkingDirectory))
            : scene.Output.Interactive ? scene.Output.Console.Prompt(new TextPrompt<string>($"Password of '{Markup.Escape(answers.Ssid!)}' (empty for an open network):").Secret().AllowEmpty())
            : throw new CliException(ExitCodes.AnswerMissing, $"The password of '{answers.Ssid}' is missing.", "Give --wifi-password-file."));
        return WifiRules.PasswordFault(password) is { } fault ? throw new CliException(ExitCodes.Usage, $"The Wi-Fi password {fault}") : password;
    }

    private static string Read(string path) => File.Exists(path) ? File.ReadLines(path, Encoding.UTF8).FirstOrDefault() ?? ""
        : throw new CliException(ExitCodes.Usage, $"There is no password file '{path}'.");
}
