using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Edge.Ledger.Identity;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Identity;

/// <summary>The exchange of key and certificate, with the power cut before every single step on the disk.</summary>
public sealed class IdentityFolderTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly TestCa _ca = new();

    public void Dispose()
    {
        DurableFiles.OnEachStep(null);
        _ca.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_power_cut_before_any_step_of_a_renewal_leaves_the_old_pair_or_the_new_one()
    {
        HashSet<string> seen = [];
        int steps = Cut(n =>
        {
            (IdentityFolder folder, string old) = Provisioned($"settle-{n}");
            string? fresh = null;
            bool done = Until(n, () => fresh = Renew(folder, old));
            IdentityFolder after = new(Path.Combine(_temp.Path, $"settle-{n}"));
            string before = InForce(after);
            after.Finish();
            InForce(after).ShouldBe(before, "tidying up changes nothing");
            (before == old || before == Issued).ShouldBeTrue();
            if (done) before.ShouldBe(fresh);
            if (before != old)
            {
                after.HasPrevious.ShouldBeTrue("the pair before is there until the bridge has taken the new one");
                using X509Certificate2 previous = after.Load(previous: true);
                Thumbprint(previous).ShouldBe(old);
            }
            seen.Add(before == old ? "old" : "new");
            // And the next renewal works from wherever this one stopped.
            after.Confirm();
            InForce(new(Path.Combine(_temp.Path, $"settle-{n}"))).ShouldBe(before);
            Renew(after, before);
            InForce(after).ShouldBe(Issued);
            return done;
        });
        steps.ShouldBeGreaterThan(12);
        seen.ShouldBe(["old", "new"], ignoreOrder: true);
    }

    [Fact]
    public void A_power_cut_before_any_step_of_going_back_leaves_one_of_both_and_the_way_back_open()
    {
        Cut(n =>
        {
            string name = $"revert-{n}";
            (IdentityFolder folder, string old) = Provisioned(name);
            string fresh = Renew(folder, old);
            bool done = Until(n, folder.Revert);
            IdentityFolder after = new(Path.Combine(_temp.Path, name));
            after.Finish();
            string now = InForce(after);
            (now == old || (now == fresh && after.HasPrevious)).ShouldBeTrue();
            after.Revert();
            InForce(after).ShouldBe(old);
            return done;
        }).ShouldBeGreaterThan(5);
    }

    [Fact]
    public void A_renewal_for_an_identity_that_was_replaced_meanwhile_is_void_and_so_is_its_half_finished_exchange()
    {
        (IdentityFolder folder, string old) = Provisioned("other");
        using (folder.NextKey(TerminalKey.Make))
        {
        }
        string other = Write("other");
        folder.Settle(_ca.Root.ExportCertificatePem(), old).ShouldBeFalse();
        InForce(folder).ShouldBe(other);

        Cut(n =>
        {
            (IdentityFolder begun, string before) = Provisioned($"other-{n}");
            bool done = Until(n, () => Renew(begun, before));
            string given = Write($"other-{n}");
            IdentityFolder after = new(Path.Combine(_temp.Path, $"other-{n}"));
            InForce(after).ShouldBe(given);
            after.Finish();
            InForce(after).ShouldBe(given);
            return done;
        });
    }

    [Fact]
    public void Keys_are_their_owners_alone_and_the_next_one_is_taken_up_after_a_restart()
    {
        (IdentityFolder folder, string old) = Provisioned("keys");
        byte[] next;
        using (ECDsa key = folder.NextKey(TerminalKey.Make)) next = key.ExportSubjectPublicKeyInfo();
        using (ECDsa again = new IdentityFolder(Path.Combine(_temp.Path, "keys")).NextKey(TerminalKey.Make)) again.ExportSubjectPublicKeyInfo().ShouldBe(next);
        Renew(folder, old);
        using X509Certificate2 own = folder.Load();
        own.PublicKey.ExportSubjectPublicKeyInfo().ShouldBe(next);
        foreach (string key in Directory.EnumerateFiles(Path.Combine(_temp.Path, "keys"), "*.key", SearchOption.AllDirectories))
            if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, key);
        folder.Confirm();
        Directory.EnumerateFiles(Path.Combine(_temp.Path, "keys"), "*.key", SearchOption.AllDirectories).Count().ShouldBe(1, "no old key stays");
    }

    private string? Issued { get; set; }

    private static int Cut(Func<int, bool> run)
    {
        for (int n = 0; n < 200; n++)
            if (run(n)) return n;
        throw new InvalidOperationException("It never came to an end.");
    }

    private static bool Until(int steps, Action work)
    {
        int left = steps;
        DurableFiles.OnEachStep(() =>
        {
            if (left-- == 0) throw new PowerCutException();
        });
        try
        {
            work();
            return true;
        }
        catch (PowerCutException)
        {
            return false;
        }
        finally
        {
            DurableFiles.OnEachStep(null);
        }
    }

    private string Renew(IdentityFolder folder, string replaces)
    {
        using ECDsa key = folder.NextKey(TerminalKey.Make);
        var request = new CertificateRequest("CN=m2-001", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.Create(_ca.Root, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddDays(9), RandomNumberGenerator.GetBytes(12));
        Issued = Thumbprint(certificate);
        folder.Settle(certificate.ExportCertificatePem(), replaces).ShouldBeTrue();
        return Issued;
    }

    private (IdentityFolder Folder, string Old) Provisioned(string name)
    {
        Directory.CreateDirectory(Path.Combine(_temp.Path, name));
        File.WriteAllText(Path.Combine(_temp.Path, name, "ca.crt"), _ca.Root.ExportCertificatePem());
        return (new(Path.Combine(_temp.Path, name)), Write(name));
    }

    private string Write(string name)
    {
        using X509Certificate2 own = _ca.Issue("m2-001", server: false);
        string key = Path.Combine(_temp.Path, name, "terminal.key");
        TestCa.WritePem(own, Path.Combine(_temp.Path, name, "terminal.crt"), key);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return Thumbprint(own);
    }

    private static string InForce(IdentityFolder folder)
    {
        using X509Certificate2 own = folder.Load();
        own.HasPrivateKey.ShouldBeTrue();
        return Thumbprint(own);
    }

    private static string Thumbprint(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));

    private sealed class PowerCutException : Exception;
}
