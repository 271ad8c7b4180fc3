using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Bridge.Fleet;
using Devices.Bridge.Tests.Kit;

namespace Devices.Bridge.Tests.Fleet;

/// <summary>The authority's key in a token: SoftHSM's, through its PKCS#11 library.</summary>
public sealed class Pkcs11Tests : IDisposable
{
    private const string Library = "/usr/lib/softhsm/libsofthsm2.so";
    private static readonly TempDirectory Home = new();
    private static readonly Lazy<bool> Ready = new(MakeTokens);
    private readonly TempDirectory _directory = new();

    public Pkcs11Tests() => Assert.SkipUnless(File.Exists(Library) && Ready.Value, "SoftHSM (softhsm2) is not installed (./tools/test installs it).");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_bridge_signs_with_a_key_that_is_made_in_the_token_and_never_a_file()
    {
        Pkcs11Options token = Token("devices");
        await using TestBridge bridge = await TestBridge.StartAsync(null, $"--Bridge:Ca:Pkcs11:Module={Library}", "--Bridge:Ca:Pkcs11:Token=devices", $"--Bridge:Ca:Pkcs11:PinFile={token.PinFile}", "--Bridge:Ca:Pkcs11:Key=served");
        CertificateAuthority authority = bridge.Get<CertificateAuthority>();
        await using TestTerminal terminal = await bridge.ConnectAsync("m2-001");
        terminal.Client.IsConnected.ShouldBeTrue();
        authority.IsOurs(terminal.Identity.Certificate).ShouldBeTrue();
        authority.Roots.Single().Key.ShouldBe("pkcs11:served");
        File.Exists(Path.Combine(bridge.Data, "ca", "root.key")).ShouldBeFalse();
        // A subcommand that is told --data alone finds the token, and one that signs nothing does not ask it.
        await using StringWriter output = new(), errors = new();
        (await BridgeProgram.RunAsync(["ca", "new-root", "--data", bridge.Data], output, errors)).ShouldBe(0, errors.ToString());
        using CertificateAuthority again = CertificateAuthority.Open(Path.Combine(bridge.Data, "ca"), [], TimeProvider.System);
        again.RootFingerprint.ShouldBe(authority.RootFingerprint);
        again.Roots.Count.ShouldBe(2);
        again.Roots.ShouldAllBe(one => one.Key.StartsWith("pkcs11:", StringComparison.Ordinal));
        Directory.EnumerateFiles(Path.Combine(bridge.Data, "ca"), "root*.key").ShouldBeEmpty();
    }

    [Fact]
    public void A_root_in_a_file_is_exchanged_for_one_in_a_token()
    {
        CertificateAuthority.Open(_directory.File("ca"), [], TimeProvider.System).Dispose();
        using CertificateAuthority authority = CertificateAuthority.Open(_directory.File("ca"), [], TimeProvider.System, Token("devices"));
        authority.MakeNext().Key.ShouldStartWith("pkcs11:root-");
        authority.Reload().ShouldNotBeNull();
        string next = authority.Switch().Fingerprint;
        authority.Reload()!.ShouldContain("is issuing now");
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 issued = authority.IssueTerminal("m2-001", new PublicKey(key));
        authority.IssuerOf(issued)!.Fingerprint.ShouldBe(next);
        authority.IsOurs(issued).ShouldBeTrue();
    }

    [Fact]
    public void What_is_wrong_with_the_token_is_said_at_the_start_in_one_sentence()
    {
        Pkcs11Options good = Token("devices") with { Key = "wrong-test" };
        string ca = _directory.File("ca");
        CertificateAuthority.Open(ca, [], TimeProvider.System, good).Dispose();
        Says(good with { Module = "/usr/lib/none.so" }, "The PKCS#11 library /usr/lib/none.so does not exist");
        Says(good with { Module = "/etc/hostname" }, "cannot be loaded as a PKCS#11 library");
        Says(good with { Token = "nowhere" }, "There is no token 'nowhere'");
        Says(good with { PinFile = Pin("9999") }, "does not take the PIN in");
        Says(good with { PinFile = _directory.File("none") }, "cannot be read");
        string open = Pin("1234");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Says(good with { PinFile = open }, "chmod 600");
        // Another token, in which there is no such key.
        Says(Token("other") with { Key = "wrong-test" }, "holds no EC key pair P-256 with the label 'wrong-test'");
        using (CertificateAuthority fine = CertificateAuthority.Open(ca, [], TimeProvider.System, good)) fine.RequireKey();
        Says(new Pkcs11Options(), "Bridge:Ca:Pkcs11:Module does not say behind which library");

        void Says(Pkcs11Options options, string words)
        {
            BridgeStartException fault = Should.Throw<BridgeStartException>(() =>
            {
                using CertificateAuthority authority = CertificateAuthority.Open(ca, [], TimeProvider.System, options);
                authority.RequireKey();
            });
            fault.Message.ShouldContain(words);
            fault.Message.ShouldNotContain("\n");
        }
    }

    private Pkcs11Options Token(string label) => new() { Module = Library, Token = label, PinFile = Pin("1234") };

    private string Pin(string pin)
    {
        string file = _directory.File($"pin-{Guid.NewGuid():N}");
        PrivateFiles.Write(file, pin + "\n");
        return file;
    }

    // The library reads its settings from the environment of the process, once.
    private static bool MakeTokens()
    {
        string tokens = Home.File("tokens"), settings = Home.File("softhsm2.conf");
        Directory.CreateDirectory(tokens);
        File.WriteAllText(settings, $"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n");
        if (setenv("SOFTHSM2_CONF", settings, 1) != 0) return false;
        foreach (string label in (string[])["devices", "other"])
        {
            ProcessStartInfo start = new("softhsm2-util", ["--init-token", "--free", "--label", label, "--pin", "1234", "--so-pin", "56789"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["SOFTHSM2_CONF"] = settings;
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            if (process.ExitCode != 0) return false;
        }

        return true;
    }

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
#pragma warning disable IDE1006, SYSLIB1054, CA1707 // The name of libc's.
    private static extern int setenv(string name, string value, int overwrite);
#pragma warning restore IDE1006, SYSLIB1054, CA1707
}
