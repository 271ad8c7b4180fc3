using System.Security.Cryptography.X509Certificates;
using System.Text;
using Devices.Cli.App;
using Devices.Cli.Wifi;

namespace Devices.Cli.Provisioning.Bundles;

/// <summary>What a single bundle and a batch of them share.</summary>
internal sealed class BundleMaker
{
    /// <summary>A claim lives 30 days at the most, and a bundle is of no use without its claim.</summary>
    public const int MostHours = 24 * 30;

    private readonly CliHost _host;
    private readonly DateTimeOffset _now;
    private readonly DateTimeOffset _expires;

    /// <exception cref="CliException">The hours are out of range.</exception>
    public BundleMaker(CliHost host, int hours)
    {
        if (hours is < 1 or > MostHours) throw new CliException(ExitCodes.Usage, $"--hours {hours} must be 1 to {MostHours}.", "Make it no longer than the claim lives.");
        (_host, _now) = (host, host.Clock.GetUtcNow());
        _expires = _now.AddHours(hours);
    }

    /// <summary>The bridge's roots, pinned by the claim; so a bundle is made only for a bridge that is really there and is the claim's.</summary>
    public static async Task<string> RootsAsync(ProvisionPlan plan, CliHost host, CancellationToken cancellationToken)
    {
        X509Certificate2Collection roots = await new EstClient(plan, host.Clock).TrustAsync(cancellationToken);
        return IssuedCertificate.Pem(roots);
    }

    /// <summary>Writes one bundle, mode 0600; until when it opens.</summary>
    public DateTimeOffset Write(string file, BundleSeal seal, ProvisionAnswers answers, string? serial, string? wifiPasswordFile, string? mcuPassword)
    {
        // Folders and ports are the board's own matter.
        BundleContent content = new()
        {
            Answers = answers with { State = null, HandOver = null, WifiPasswordFile = null },
            WifiPassword = wifiPasswordFile is null ? null : WifiPassword(wifiPasswordFile),
            McuPassword = mcuPassword,
        };
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        Files.WriteAtomically(file, seal.Seal(content, serial, _now, _expires), Files.Secret);
        return _expires;
    }

    private string WifiPassword(string file)
    {
        string path = Path.GetFullPath(file, _host.WorkingDirectory);
        if (!File.Exists(path)) throw new CliException(ExitCodes.Usage, $"There is no password file '{file}'.");
        string password = File.ReadLines(path, Encoding.UTF8).FirstOrDefault() ?? "";
        return WifiRules.PasswordFault(password) is { } fault ? throw new CliException(ExitCodes.Usage, $"The Wi-Fi password {fault}") : password;
    }
}
