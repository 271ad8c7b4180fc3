using Devices.Cli.App;
using Devices.Cli.Tests.Support;

namespace Devices.Cli.Tests;

/// <summary>
/// A board with little more than the C library on it: .NET's own way without ICU or OpenSSL is to end the process with a trace, before any command says a word.
/// The libraries are hidden in a mount namespace of the test's own.
/// </summary>
public sealed class BareSystemTests : IDisposable
{
    private const string Hide = """for f in $(ls -d /usr/lib/*/lib$0.so* /usr/lib/lib$0.so* 2>/dev/null); do mount --bind /dev/null "$f" || exit 99; done; exec "$@" """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private async Task<Ran> WithoutAsync(string library, params string[] args)
    {
        string[] unshare = ["unshare", .. Environment.IsPrivilegedProcess ? (string[])[] : ["--map-root-user"], "--mount"];
        Ran can = await BuiltProgram.RunAsync("/usr/bin/env", _folder.Path, [.. unshare, "sh", "-c", Hide, library, "true"]);
        Assert.SkipUnless(can.Code == 0, $"This user may not make a mount namespace, so no library can be hidden: {can.Error}");
        return await BuiltProgram.RunAsync("/usr/bin/env", _folder.Path, [.. unshare, "sh", "-c", Hide, library, BuiltProgram.Devices, .. args]);
    }

    [Fact]
    public async Task Without_icu_everything_goes_on()
    {
        (await WithoutAsync("icuuc*", "--version")).ShouldSucceed().Output.Trim().ShouldBe(CliApp.Version);
        (await WithoutAsync("icuuc*", "models", "list")).ShouldSucceed().Output.ShouldContain("faceplugin-rfb-512");
        (await WithoutAsync("icuuc*", "ledger", "verify", "nowhere.db")).ShouldRefuse(ExitCodes.LedgerMissing);
        (await WithoutAsync("icuuc*", "bridge", "verify", "nowhere.tar")).ShouldRefuse(ExitCodes.BackupRefused);
    }

    [Fact]
    public async Task Without_openssl_it_is_named_with_its_package_and_what_needs_none_goes_on()
    {
        (await WithoutAsync("ssl", "ledger", "verify", "nowhere.db")).ShouldRefuse(ExitCodes.LibraryMissing, "libssl.so.3", "`openssl`").Output.ShouldBeEmpty();
        Ran json = await WithoutAsync("ssl", "models", "verify", "--json");
        json.Code.ShouldBe(ExitCodes.LibraryMissing.Number, json.Error);
        json.Json.GetProperty("error").GetProperty("name").GetString().ShouldBe("library-missing");
        (await WithoutAsync("ssl", "completion", "bash")).ShouldSucceed().Output.ShouldContain("_devices");
        (await WithoutAsync("ssl", "flash", "ports")).ShouldSucceed();
    }

    [Theory]
    [InlineData("libssl.so.3")]
    [InlineData("libssl.so.1.1")]
    public void Any_openssl_that_dotnet_takes_is_taken(string there)
    {
        SystemLibraries.HasOpenSsl(name => name == there).ShouldBeTrue();
        SystemLibraries.HasOpenSsl(_ => false).ShouldBe(!OperatingSystem.IsLinux());
    }
}
