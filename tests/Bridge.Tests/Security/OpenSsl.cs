using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Tests.Kit;

namespace Devices.Bridge.Tests.Security;

/// <summary><c>openssl s_client</c>: a TLS client that offers what .NET's own would not.</summary>
internal static class OpenSsl
{
    public static bool IsHere { get; } = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "openssl")));

    /// <summary>Connects, sends a line, and gives all that it says; empty input ends the session after the handshake.</summary>
    public static async Task<string> ConnectAsync(string address, string input, Enrolled? identity, params string[] words)
    {
        Uri at = new(address);
        using TempDirectory folder = new();
        List<string> arguments = ["s_client", "-connect", $"{at.Host}:{at.Port}", "-servername", "localhost", .. words];
        if (identity is not null)
        {
            string certificate = folder.File("c.pem"), key = folder.File("k.pem");
            await File.WriteAllTextAsync(certificate, identity.Certificate.ExportCertificatePem());
            using ECDsa own = identity.Certificate.GetECDsaPrivateKey()!;
            await File.WriteAllTextAsync(key, own.ExportPkcs8PrivateKeyPem());
            arguments.AddRange(["-cert", certificate, "-key", key]);
        }

        using Process process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        try
        {
            if (input.Length > 0)
            {
                await process.StandardInput.WriteAsync(input);
                await process.StandardInput.FlushAsync();
                // Until it has said what came of that, or the other side has closed.
                using CancellationTokenSource patience = new(TimeSpan.FromSeconds(3));
                await process.WaitForExitAsync(patience.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            if (!process.HasExited) process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        return await output + await errors;
    }
}
