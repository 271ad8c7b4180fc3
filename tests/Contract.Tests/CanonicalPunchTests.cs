using System.Buffers;
using System.Text.Json;
using CsCheck;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Contract.Tests;

public sealed class CanonicalPunchTests
{
    [Fact]
    public void Canonical_bytes_and_chain_agree_with_every_vector()
    {
        Vector.All.Count.ShouldBeGreaterThanOrEqualTo(6);
        foreach (Vector vector in Vector.All)
        {
            Hex(vector.Punch).ShouldBe(vector.Canonical, vector.Name);
            PunchChain.ToHex(PunchChain.Next(Convert.FromHexString(vector.Previous), vector.Punch)).ShouldBe(vector.Chain, vector.Name);
            vector.Punch.Chain.ShouldBe(vector.Chain, vector.Name);
            PunchRules.Check(vector.Punch).ShouldBeNull(vector.Name);
            if (vector.Punch.Seq == 1) PunchChain.ToHex(PunchChain.Genesis(vector.Punch.Ledger)).ShouldBe(vector.Previous, vector.Name);
        }
    }

    [Fact]
    public void A_punch_keeps_its_canonical_bytes_through_json()
    {
        foreach (Vector vector in Vector.All)
        {
            byte[] json = ContractCodec.Write(vector.Punch, ContractJson.Default.Punch);
            ContractCodec.TryRead(json, ContractJson.Default.Punch, out Punch? back, out _).ShouldBeTrue();
            Hex(back!).ShouldBe(vector.Canonical, vector.Name);
        }
    }

    [Fact]
    public void Any_finite_float_keeps_its_bits_through_json() =>
        Gen.Select(Gen.Float.Where(float.IsFinite), Gen.Float.Where(float.IsFinite)).Sample((score, liveness) =>
        {
            Punch punch = Punches.Face() with { Score = score, Liveness = liveness };
            ContractCodec.TryRead(ContractCodec.Write(punch, ContractJson.Default.Punch), ContractJson.Default.Punch, out Punch? back, out _).ShouldBeTrue();
            return Hex(back!) == Hex(punch);
        });

    [Fact]
    public void Negative_zero_has_the_canonical_bytes_of_zero_because_a_database_gives_it_back_as_zero() =>
        Hex(Punches.Face() with { Score = -0f, Threshold = -0f, Liveness = -0f }).ShouldBe(Hex(Punches.Face() with { Score = 0f, Threshold = 0f, Liveness = 0f }));

    [Fact]
    public void Any_person_keeps_its_canonical_bytes_through_json() =>
        Gen.String[0, 60].Where(s => s.All(c => !char.IsSurrogate(c))).Sample(person =>
        {
            Punch punch = Punches.Face() with { Person = person };
            ContractCodec.TryRead(ContractCodec.Write(punch, ContractJson.Default.Punch), ContractJson.Default.Punch, out Punch? back, out _).ShouldBeTrue();
            return Hex(back!) == Hex(punch);
        });

    [Fact]
    public void Changing_any_field_changes_the_canonical_bytes()
    {
        Punch punch = Punches.Face();
        Punch[] others =
        [
            punch with { Terminal = "m2-002" }, punch with { Ledger = Guid.CreateVersion7() }, punch with { Seq = 2 }, punch with { Person = "u-2" },
            punch with { At = punch.At + 1 }, punch with { Clock = ClockQuality.Corrected }, punch with { UncertaintyMs = 3 }, punch with { Method = PunchMethod.Card },
            punch with { Direction = PunchDirection.Out }, punch with { Score = 0.72f }, punch with { Threshold = 0.44f }, punch with { Liveness = null },
            punch with { Pack = "sface@2" }, punch with { Photo = new string('a', 64) },
        ];
        others.Select(Hex).Append(Hex(punch)).Distinct().Count().ShouldBe(others.Length + 1);
    }

    [Fact]
    public void Php_zklib_39_fields_cannot_slide_into_each_other()
    {
        // terminal "ab" + person "c" against "a" + "bc": lengths keep them apart.
        Hex(Punches.Face() with { Terminal = "ab", Person = "c" }).ShouldNotBe(Hex(Punches.Face() with { Terminal = "a", Person = "bc" }));
    }

    [Fact]
    public void The_vectors_json_is_what_the_codec_writes()
    {
        foreach (Vector vector in Vector.All)
        {
            using JsonDocument ours = JsonDocument.Parse(ContractCodec.Write(vector.Punch, ContractJson.Default.Punch));
            using JsonDocument theirs = JsonDocument.Parse(vector.Json);
            string[] names = [.. theirs.RootElement.EnumerateObject().Select(p => p.Name)];
            ours.RootElement.EnumerateObject().Select(p => p.Name).ShouldBe(names, ignoreOrder: true, vector.Name);
        }
    }

    private static string Hex(Punch punch)
    {
        var buffer = new ArrayBufferWriter<byte>();
        CanonicalPunch.Write(punch, buffer);
        return Convert.ToHexStringLower(buffer.WrittenSpan);
    }
}
