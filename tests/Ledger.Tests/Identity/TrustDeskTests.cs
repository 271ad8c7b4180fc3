using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Contract.Messages;
using Devices.Edge.Ledger.Identity;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Identity;

/// <summary>No root is believed because it came down the link.</summary>
public sealed class TrustDeskTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly TestCa _ca = new(), _stranger = new("Stranger");
    private readonly TrustDesk _desk;

    public TrustDeskTests()
    {
        TestCa.WritePem(_ca.Root, _temp.File("ca.crt"));
        using X509Certificate2 own = _ca.Issue("m2-001", server: false);
        TestCa.WritePem(own, _temp.File("terminal.crt"), _temp.File("terminal.key"));
        _desk = new(new(_temp.Path));
    }

    public void Dispose()
    {
        _ca.Dispose();
        _stranger.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_root_that_no_trusted_root_has_signed_is_refused_and_nothing_is_dropped()
    {
        string before = File.ReadAllText(_temp.File("ca.crt"));
        foreach (X509Certificate2[] vouchers in (X509Certificate2[][])[[], [_stranger.Root], [_ca.Root]])
        {
            _desk.Take(Message([_stranger.Root], vouchers, _stranger.Root), out string? news).ShouldBeFalse();
            news.ShouldBeNull();
            _desk.State()!.Problem!.ShouldContain("not vouched for");
            File.ReadAllText(_temp.File("ca.crt")).ShouldBe(before);
        }
        // A terminal's certificate vouches for nobody, whatever it names.
        using X509Certificate2 leaf = _ca.Issue("m2-009", server: false);
        _desk.Take(Message([_ca.Root, _stranger.Root], [leaf], _ca.Root), out _).ShouldBeFalse();
        _desk.State()!.Roots.ShouldBe([Fingerprint(_ca.Root)]);
    }

    [Fact]
    public void Nonsense_is_refused_in_a_sentence_and_the_same_roots_again_clear_it()
    {
        _desk.Take(new() { Roots = ["AAAA"], Issuing = new('a', 64) }, out _).ShouldBeFalse();
        _desk.State()!.Problem!.ShouldContain("were not taken");
        _desk.Take(new() { Roots = [], Issuing = "x" }, out _).ShouldBeFalse();
        _desk.State()!.Problem!.ShouldContain("1 to 8 roots");
        _desk.Take(Message([_ca.Root], [], _ca.Root), out string? news).ShouldBeFalse();
        news.ShouldBeNull();
        _desk.State()!.Problem.ShouldBeNull();
    }

    private static TrustMessage Message(IEnumerable<X509Certificate2> roots, IEnumerable<X509Certificate2> vouchers, X509Certificate2 issuing) => new()
    {
        Roots = [.. roots.Select(one => Convert.ToBase64String(one.RawData))], Vouchers = [.. vouchers.Select(one => Convert.ToBase64String(one.RawData))], Issuing = Fingerprint(issuing),
    };

    private static string Fingerprint(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
}
