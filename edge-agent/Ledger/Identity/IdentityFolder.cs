using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Edge.Ledger.Identity;

/// <summary>
/// The terminal's key and certificate, and their exchange for new ones. The new pair is collected in <c>next/</c>; a marker file there,
/// written last, makes it the one in force, and the renames that follow only tidy up: whoever reads through <see cref="InForce"/>
/// sees one pair or the other at every instant, also after a kill. The old pair is kept in <c>previous/</c> until the bridge has taken
/// the new one.
/// </summary>
/// <param name="folder"><c>tls/</c> in the state folder: <c>terminal.key</c>, <c>terminal.crt</c>, <c>ca.crt</c>.</param>
/// <param name="tpm">The board's TPM, for keys that are in it; the kernel's where it is not said.</param>
public sealed class IdentityFolder(string folder, BoardTpm? tpm = null)
{
    private const string Key = "terminal.key";
    private const string Certificate = "terminal.crt";

    // Holds the thumbprint of the certificate that the new pair replaces: beside any other (the board was provisioned anew) it is void.
    private const string Marker = "commit";
    private readonly Lock _gate = new();

    public string KeyFile => Path.Combine(folder, Key);

    public string CertificateFile => Path.Combine(folder, Certificate);

    public string RootsFile => Path.Combine(folder, "ca.crt");

    /// <summary>Key, certificate and roots are all there.</summary>
    public string? Missing => new[] { RootsFile, CertificateFile, KeyFile }.FirstOrDefault(one => !File.Exists(one));

    /// <summary>The pair before the one in force, while the bridge has not taken that yet.</summary>
    public bool HasPrevious => File.Exists(Path.Combine(Previous, Certificate)) && File.Exists(Path.Combine(Previous, Key));

    private string Next => Path.Combine(folder, "next");

    private string Previous => Path.Combine(folder, "previous");

    private string MarkerFile => Path.Combine(Next, Marker);

    /// <summary>The files in force.</summary>
    public (string Certificate, string Key) InForce()
    {
        lock (_gate) return Committed() ? (Newest(Certificate), Newest(Key)) : (CertificateFile, KeyFile);
    }

    /// <summary>Where the key in force is: <c>file</c> or <c>tpm</c>.</summary>
    public string KeyPlace => TerminalKey.IsInTpm(InForce().Key) ? "tpm" : "file";

    /// <summary>The certificate in force, or the one before it, with its key; the caller disposes it.</summary>
    /// <param name="check">Ask a TPM, where the key is in one, whether it can use it.</param>
    /// <exception cref="IOException">A file is missing.</exception>
    /// <exception cref="CryptographicException">They are not a certificate and its key.</exception>
    public X509Certificate2 Load(bool previous = false, bool check = false)
    {
        lock (_gate)
        {
            if (previous && HasPrevious) return TerminalKey.Pair(Path.Combine(Previous, Certificate), Path.Combine(Previous, Key), tpm, check);
            (string certificate, string key) = InForce();
            return TerminalKey.Pair(certificate, key, tpm, check);
        }
    }

    /// <summary>The key of the next certificate: made once and kept over restarts, so that a lost answer can be asked for again.</summary>
    public ECDsa NextKey(Func<string> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        lock (_gate)
        {
            string file = Path.Combine(Next, Key);
            if (!File.Exists(file))
            {
                DurableFiles.MakeFolder(Next);
                DurableFiles.Write(file, make());
            }

            try
            {
                return TerminalKey.Load(file, tpm, check: true);
            }
            catch (CryptographicException fault) when (fault is not TpmException { Fault: not (TpmFault.Foreign or TpmFault.Damaged) })
            {
                // Of no use to anybody: the next call makes another.
                DurableFiles.Delete(file);
                throw;
            }
        }
    }

    /// <summary>Puts the certificate for <see cref="NextKey"/> in force and keeps the pair before it.</summary>
    /// <param name="pem">The certificate, and those between it and the root.</param>
    /// <param name="replaces">Thumbprint (SHA-256) of the certificate that was shown for it.</param>
    /// <returns>False where the board was given another identity meanwhile: that one stays.</returns>
    public bool Settle(string pem, string replaces)
    {
        lock (_gate)
        {
            if (Thumbprint(CertificateFile) != replaces)
            {
                Drop(Next);
                return false;
            }

            DurableFiles.Write(Path.Combine(Next, Certificate), pem);
            KeepPrevious();
            DurableFiles.Write(MarkerFile, replaces);
            Tidy();
            return true;
        }
    }

    /// <summary>Finishes what a kill interrupted. To be called at start.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            Drop(Previous + ".new");
            if (File.Exists(MarkerFile)) Tidy();
        }
    }

    /// <summary>The bridge has taken the pair in force: the one before it is forgotten.</summary>
    public void Confirm()
    {
        lock (_gate) Drop(Previous);
    }

    /// <summary>The bridge takes the pair before the one in force, and not that: it is put back.</summary>
    public void Revert()
    {
        lock (_gate)
        {
            if (!HasPrevious) return;
            Tidy();
            // Copied, and forgotten last: a kill on the way leaves the pair before where it is.
            Drop(Next);
            DurableFiles.MakeFolder(Next);
            foreach (string name in (string[])[Key, Certificate]) DurableFiles.Write(Path.Combine(Next, name), File.ReadAllText(Path.Combine(Previous, name)));
            DurableFiles.Write(MarkerFile, Thumbprint(CertificateFile) ?? "");
            Tidy();
            Drop(Previous);
        }
    }

    // The marker decides: until it is gone, what lies in next/ goes before what lies in its place.
    private bool Committed()
    {
        if (!File.Exists(MarkerFile)) return false;
        string replaces = File.ReadAllText(MarkerFile);
        return Thumbprint(CertificateFile) is { } there && (there == replaces || there == Thumbprint(Newest(Certificate)));
    }

    private string Newest(string name) => File.Exists(Path.Combine(Next, name)) ? Path.Combine(Next, name) : Path.Combine(folder, name);

    private void Tidy()
    {
        if (!File.Exists(MarkerFile)) return;
        if (Committed())
        {
            // The key first: with the new key and the old certificate in place the marker still says which is meant.
            foreach (string name in (string[])[Key, Certificate])
                if (File.Exists(Path.Combine(Next, name))) DurableFiles.Move(Path.Combine(Next, name), Path.Combine(folder, name));
            DirectoryFlush.Run(folder);
        }

        DurableFiles.Delete(MarkerFile);
        DirectoryFlush.Run(Next);
        Drop(Next);
    }

    private void KeepPrevious()
    {
        string beside = Previous + ".new";
        Drop(beside);
        DurableFiles.MakeFolder(beside);
        DurableFiles.Write(Path.Combine(beside, Key), File.ReadAllText(KeyFile));
        DurableFiles.Write(Path.Combine(beside, Certificate), File.ReadAllText(CertificateFile));
        Drop(Previous);
        DurableFiles.MoveFolder(beside, Previous);
        DirectoryFlush.Run(folder);
    }

    private void Drop(string path)
    {
        if (!Directory.Exists(path)) return;
        DurableFiles.DeleteFolder(path);
        DirectoryFlush.Run(folder);
    }

    private static string? Thumbprint(string file)
    {
        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file));
            return Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
        }
        catch (Exception fault) when (fault is IOException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }
}
