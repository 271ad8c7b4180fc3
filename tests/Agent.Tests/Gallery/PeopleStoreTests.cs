using System.Security.Cryptography;
using System.Text;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Agent.Tests.Gallery;

public sealed class PeopleStoreTests : IDisposable
{
    private static readonly PackRef Pack = new("pack-a", "1.0.0");
    private static readonly PackRef Other = new("pack-b", "1.0.0");
    private readonly Scratch _scratch = new();
    private readonly TemplateVault _vault;
    private readonly PeopleStore _people;

    public PeopleStoreTests()
    {
        _vault = TemplateVault.Open(_scratch["templates.key"]);
        _people = PeopleStore.Open(_scratch["gallery.db"], _vault, TimeProvider.System);
    }

    public void Dispose()
    {
        _people.Dispose();
        _vault.Dispose();
        _scratch.Dispose();
    }

    private static FaceTemplate Template(string person, PackRef pack, int seed)
    {
        Random random = new(seed);
        float[] vector = [.. Enumerable.Range(0, 512).Select(_ => (float)(random.NextDouble() - 0.5))];
        float norm = MathF.Sqrt(vector.Sum(v => v * v));
        return new FaceTemplate(Guid.CreateVersion7(), person, pack, vector.Select(v => v / norm).ToArray());
    }

    private List<FaceTemplate> Opened(PackRef pack, out int damaged)
    {
        List<FaceTemplate> opened = [];
        _people.Templates(pack, opened.Add, out damaged);
        return opened;
    }

    [Fact]
    public void People_come_back_with_cards_and_templates()
    {
        FaceTemplate template = Template("e1", Pack, 1);
        _people.Put("e1", "Grace Hopper", ["04A1B2C3"], [template], Pack).ShouldBeNull();
        Person person = _people.FindByCard("04A1B2C3").ShouldNotBeNull();
        (person.Id, person.Name).ShouldBe(("e1", "Grace Hopper"));
        person.Templates.ShouldBe(new Dictionary<string, int> { ["pack-a@1.0.0"] = 1 });
        FaceTemplate back = Opened(Pack, out int damaged).ShouldHaveSingleItem();
        (damaged, _people.Stale(Pack)).ShouldBe((0, 0));
        back.Vector.ToArray().ShouldBe(template.Vector.ToArray());
    }

    [Fact]
    public void A_card_has_one_owner_and_a_second_is_refused_with_a_sentence_and_nothing_changes()
    {
        _people.Put("e1", "Grace Hopper", ["04A1B2C3"], null, null).ShouldBeNull();
        _people.Put("e2", "Ada", ["04A1B2C3"], null, null).ShouldBe("Card 04A1B2C3 already belongs to Grace Hopper (e1); take it from that person first.");
        _people.Find("e2").ShouldBeNull();
        _people.Put("e1", "Grace Hopper", ["AABBCCDD"], null, null).ShouldBeNull();
        _people.FindByCard("04A1B2C3").ShouldBeNull();
    }

    [Fact]
    public void Enrolling_again_replaces_the_templates_of_that_pack_only()
    {
        _people.Put("e1", "G", null, [Template("e1", Other, 1)], Other).ShouldBeNull();
        _people.Put("e1", "G", null, [Template("e1", Pack, 2), Template("e1", Pack, 3)], Pack).ShouldBeNull();
        _people.Put("e1", "G", null, [Template("e1", Pack, 4)], Pack).ShouldBeNull();
        Opened(Pack, out _).Count.ShouldBe(1);
        Opened(Other, out _).Count.ShouldBe(1);
    }

    [Fact]
    public void Templates_of_another_pack_are_kept_not_compared_and_their_people_counted()
    {
        _people.Put("e1", "A", null, [Template("e1", Other, 1), Template("e1", Other, 2)], Other).ShouldBeNull();
        _people.Put("e2", "B", null, [Template("e2", Other, 3)], Other).ShouldBeNull();
        _people.Put("e3", "C", null, [Template("e3", Pack, 4)], Pack).ShouldBeNull();
        Opened(Pack, out _).ShouldHaveSingleItem().Person.ShouldBe("e3");
        _people.Stale(Pack).ShouldBe(2);
    }

    [Fact]
    public void Kaspersky_CVE_2023_3940_on_the_disk_a_template_is_not_readable_and_after_erasure_not_even_its_sealed_bytes_are_there()
    {
        FaceTemplate template = Template("e1", Pack, 7);
        _people.Put("e1", "Grace", ["04A1B2C3"], [template], Pack).ShouldBeNull();
        byte[] plain = FaceTemplateCodec.Encode(template);
        byte[] sealedBytes = ReadSealed();
        AnyHolds(plain.AsSpan(40, 64)).ShouldBeFalse();
        AnyHolds(sealedBytes.AsSpan(0, 64)).ShouldBeTrue();
        _people.Erase("e1").ShouldBeTrue();
        _people.Erase("e1").ShouldBeFalse();
        AnyHolds(sealedBytes.AsSpan(100, 64)).ShouldBeFalse();
        AnyHolds("04A1B2C3"u8).ShouldBeFalse();
    }

    [Fact]
    public void A_row_moved_to_another_person_or_sealed_by_another_key_does_not_open()
    {
        byte[] plain = Encoding.UTF8.GetBytes("template");
        byte[] closed = _vault.Seal(plain, "e1", "p@1");
        _vault.Unseal(closed, "e1", "p@1").ShouldBe(plain);
        _vault.Unseal(closed, "e2", "p@1").ShouldBeNull();
        _vault.Unseal(closed, "e1", "p@2").ShouldBeNull();
        closed[20] ^= 1;
        _vault.Unseal(closed, "e1", "p@1").ShouldBeNull();
        using TemplateVault stranger = TemplateVault.Open(_scratch["other.key"]);
        stranger.Unseal(_vault.Seal(plain, "e1", "p@1"), "e1", "p@1").ShouldBeNull();
    }

    [Fact]
    public void Two_seals_of_one_template_differ_and_the_key_file_is_for_its_owner_only()
    {
        byte[] plain = RandomNumberGenerator.GetBytes(100);
        _vault.Seal(plain, "e1", "p").ShouldNotBe(_vault.Seal(plain, "e1", "p"));
        File.GetUnixFileMode(_scratch["templates.key"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(_scratch["gallery.db"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData("04:a1:b2:c3", "04A1B2C3")]
    [InlineData("04-a1 b2C3D4e5f6", "04A1B2C3D4E5F6")]
    [InlineData("04A1B2", null)]
    [InlineData("04A1B2C", null)]
    [InlineData("'; DROP TABLE person; --", null)]
    public void Card_numbers_are_normalised_or_refused(string text, string? uid) => PersonRules.NormaliseCard(text).ShouldBe(uid);

    private byte[] ReadSealed()
    {
        using Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={_scratch["gallery.db"]};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using Microsoft.Data.Sqlite.SqliteCommand select = connection.CreateCommand();
        select.CommandText = "SELECT sealed FROM template";
        return (byte[])select.ExecuteScalar()!;
    }

    private bool AnyHolds(ReadOnlySpan<byte> part)
    {
        bool any = false;
        foreach (string file in AllFiles()) any |= Holds(file, part);
        return any;
    }

    private List<string> AllFiles() => [.. Directory.EnumerateFiles(_scratch.Path).Where(f => !f.EndsWith(".key", StringComparison.Ordinal))];

    private static bool Holds(string file, ReadOnlySpan<byte> part)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using MemoryStream all = new();
        stream.CopyTo(all);
        return all.ToArray().AsSpan().IndexOf(part) >= 0;
    }
}
