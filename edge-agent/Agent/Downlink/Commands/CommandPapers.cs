using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Contract.Messages;
using Devices.Edge.Ledger.Identity;

namespace Devices.Edge.Agent.Downlink.Commands;

/// <summary>A command whose signature holds, and the hash of what was signed.</summary>
public sealed record SignedCommand(CommandBody Body, byte[] Hash);

/// <summary>
/// Judges a command's papers: the certificate must be issued by the root that this terminal pins and be made for commands (its extended key
/// usage), so neither a terminal's nor the bridge's own server certificate signs one, and nobody who only holds the bridge's store does.
/// </summary>
/// <param name="caFile"><c>ca.crt</c>.</param>
public sealed class CommandPapers(string caFile)
{
    /// <summary>The command, or why not. Where the body can be read, <paramref name="told"/> has it even then: for the answer, not to be followed.</summary>
    /// <param name="at">The time at which the certificate must be good; null while the clock is not trusted.</param>
    public SignedCommand? Read(ReadOnlySpan<byte> payload, DateTimeOffset? at, out string code, out string fault, out CommandBody? told)
    {
        told = null;
        code = CommandRefusals.Malformed;
        if (!ContractCodec.TryRead(payload, ContractJson.Default.CommandMessage, out CommandMessage? message, out Problem? problem))
        {
            fault = problem!.Text;
            return null;
        }

        try
        {
            byte[] body = Convert.FromBase64String(message!.Body);
            if (!ContractCodec.TryRead(body, ContractJson.Default.CommandBody, out told, out problem))
            {
                fault = problem!.Text;
                return null;
            }

            code = CommandRefusals.Signature;
            using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(message.Certificate));
            if (Unfit(certificate, at) is { } unfit)
            {
                fault = unfit;
                return null;
            }

            using ECDsa? key = certificate.GetECDsaPublicKey();
            if (key?.VerifyData(CommandRules.ToSign(body), Convert.FromBase64String(message.Signature), HashAlgorithmName.SHA256) != true)
            {
                fault = "The command's signature does not fit what it says.";
                return null;
            }

            if (CommandRules.Check(told!) is { } wrong)
            {
                (code, fault) = (CommandRefusals.Malformed, wrong);
                return null;
            }

            (code, fault) = ("", "");
            return new(told!, SHA256.HashData(body));
        }
        catch (Exception unreadable) when (unreadable is FormatException or CryptographicException or JsonException)
        {
            fault = "The command's body, certificate or signature cannot be read.";
            return null;
        }
    }

    private string? Unfit(X509Certificate2 certificate, DateTimeOffset? at)
    {
        // A certificate without the extension would be good for everything.
        if (!certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(one => one.EnhancedKeyUsages.Cast<Oid>().Any(use => use.Value == CommandRules.CommandUse)))
            return "The certificate that signed the command is not made for commands.";
        X509Certificate2Collection roots = [];
        try
        {
            roots.ImportFromPemFile(caFile);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return "This terminal's root certificate cannot be read, so no command can be judged.";
        }

        try
        {
            using X509Chain chain = new() { ChainPolicy = OwnRoots.Policy(roots, at) };
            return chain.Build(certificate) ? null : "The certificate that signed the command is not one of the bridge's root, or is not valid now.";
        }
        finally
        {
            foreach (X509Certificate2 root in roots) root.Dispose();
        }
    }
}
