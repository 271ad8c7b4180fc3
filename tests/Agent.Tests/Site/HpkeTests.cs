using System.Security.Cryptography;
using System.Text;
using Devices.Edge.Agent.Site;

namespace Devices.Edge.Agent.Tests.Site;

/// <summary>RFC 9180, appendix A.3.3: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, mode Auth, sequence number 0.</summary>
public sealed class HpkeTests
{
    private const string Info = "4f6465206f6e2061204772656369616e2055726e";
    private const string PkE = "042224f3ea800f7ec55c03f29fc9865f6ee27004f818fcbdc6dc68932c1e52e15b79e264a98f2c535ef06745f3d308624414153b22c7332bc1e691cb4af4d53454";
    private const string SkE = "6b8de0873aed0c1b2d09b8c7ed54cbf24fdf1dfc7a47fa501f918810642d7b91";
    private const string PkR = "04423e363e1cd54ce7b7573110ac121399acbc9ed815fae03b72ffbd4c18b01836835c5a09513f28fc971b7266cfde2e96afe84bb0f266920e82c4f53b36e1a78d";
    private const string SkR = "d929ab4be2e59f6954d6bedd93e638f02d4046cef21115b00cdda2acb2a4440e";
    private const string PkS = "04a817a0902bf28e036d66add5d544cc3a0457eab150f104285df1e293b5c10eef8651213e43d9cd9086c80b309df22cf37609f58c1127f7607e85f210b2804f73";
    private const string SkS = "1120ac99fb1fccc1e8230502d245719d1b217fe20505c7648795139d177f0de9";
    private const string Plain = "4265617574792069732074727574682c20747275746820626561757479";
    private const string Aad = "436f756e742d30";
    private const string Ct = "82ffc8c44760db691a07c5627e5fc2c08e7a86979ee79b494a17cc3405446ac2bdb8f265db4a099ed3289ffe19";

    [Fact]
    public void The_RFCs_vector_comes_out_and_opens()
    {
        using ECDiffieHellman ephemeral = Key(SkE, PkE), receiver = Key(SkR, PkR), sender = Key(SkS, PkS);
        byte[] closed = Hpke.Seal(Hex(PkR), sender, ephemeral, Hex(Info), Hex(Aad), Hex(Plain), keySize: 16);
        Convert.ToHexStringLower(closed).ShouldBe(PkE + Ct);
        Hpke.Open(receiver, Hex(PkS), Hex(Info), Hex(Aad), closed, keySize: 16).ShouldBe(Hex(Plain));
    }

    [Fact]
    public void Only_the_receiver_opens_it_and_only_as_the_senders()
    {
        using ECDiffieHellman sender = Hpke.NewKey(), receiver = Hpke.NewKey(), other = Hpke.NewKey();
        byte[] info = Encoding.ASCII.GetBytes("info"), plain = RandomNumberGenerator.GetBytes(100);
        byte[] closed = Hpke.Seal(Hpke.PublicOf(receiver), sender, info, [], plain);
        Hpke.Open(receiver, Hpke.PublicOf(sender), info, [], closed).ShouldBe(plain);
        Hpke.Open(other, Hpke.PublicOf(sender), info, [], closed).ShouldBeNull();
        Hpke.Open(receiver, Hpke.PublicOf(other), info, [], closed).ShouldBeNull();
        Hpke.Open(receiver, Hpke.PublicOf(sender), Encoding.ASCII.GetBytes("else"), [], closed).ShouldBeNull();
        for (int i = 0; i < closed.Length; i += 7)
        {
            byte[] bent = [.. closed];
            bent[i] ^= 1;
            Hpke.Open(receiver, Hpke.PublicOf(sender), info, [], bent).ShouldBeNull();
        }

        Hpke.Open(receiver, Hpke.PublicOf(sender), info, [], closed.AsSpan(0, 40)).ShouldBeNull();
        Hpke.Open(receiver, new byte[65], info, [], closed).ShouldBeNull();
    }

    [Fact]
    public void Codes_are_told_apart_and_read_as_people_type_them()
    {
        using ECDiffieHellman one = Hpke.NewKey(), two = Hpke.NewKey();
        string code = SiteCode.Of("m2-001", Hpke.PublicOf(one));
        code.ShouldMatch("^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$");
        SiteCode.IsSame(code, code.ToUpperInvariant().Replace('-', ' ').Replace('0', 'O').Replace('1', 'l')).ShouldBeTrue();
        SiteCode.Of("m2-002", Hpke.PublicOf(one)).ShouldNotBe(code);
        SiteCode.IsSame(code, SiteCode.Of("m2-001", Hpke.PublicOf(two))).ShouldBeFalse();
        SiteCode.IsSame(code, "").ShouldBeFalse();
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);

    private static ECDiffieHellman Key(string secret, string point) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256, D = Hex(secret), Q = new ECPoint { X = Hex(point)[1..33], Y = Hex(point)[33..65] },
    });
}
