using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Devices.Contract.Updates;

namespace Devices.Contract.Tests.Updates;

public sealed class PackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("package-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_same_files_give_the_same_bytes_in_whatever_order_and_time_and_come_out_as_they_went_in()
    {
        string a = Make("a.txt", "one"), b = Make("b.bin", new string('x', 300_000));
        (byte[] first, _, long unpacked) = Pack(("z/b.bin", b, true), ("a.txt", a, false));
        File.SetLastWriteTimeUtc(a, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (byte[] second, byte[] list, _) = Pack(("a.txt", a, false), ("z/b.bin", b, true));
        second.ShouldBe(first);
        Dictionary<string, string> read = [];
        PackageArchive.Extract(new MemoryStream(first), Target(first, list, unpacked), (file, stream) => read[file.Path] = new StreamReader(stream).ReadToEnd(), TestContext.Current.CancellationToken);
        read.Keys.ShouldBe(["files.json", "a.txt", "z/b.bin"]);
        (read["a.txt"], read["z/b.bin"].Length).ShouldBe(("one", 300_000));
        PackageFiles.Read(list).Files.Single(one => one.Path == "z/b.bin").Run.ShouldBeTrue();
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("a//b")]
    [InlineData("files.json")]
    [InlineData("a\nb")]
    [InlineData("")]
    public void A_name_that_leaves_the_package_is_refused(string path)
    {
        PackageFiles.IsSafe(path).ShouldBeFalse();
        Should.Throw<UpdateRefusedException>(() => Pack((path, Make("x", "y"), false))).Refusal.ShouldBe(UpdateRefusal.Malformed);
    }

    [Fact]
    public void A_package_with_a_file_more_or_less_or_other_bytes_or_a_link_is_refused()
    {
        byte[] list = new PackageFiles([new("a", 1, Convert.ToHexStringLower(SHA256.HashData("1"u8)))]).Write();
        Refused(Tar(("files.json", list, false), ("a", "2"u8.ToArray(), false)), list, UpdateRefusal.Mismatch);
        Refused(Tar(("files.json", list, false)), list, UpdateRefusal.Mismatch);
        Refused(Tar(("files.json", list, false), ("a", "1"u8.ToArray(), false), ("b", "1"u8.ToArray(), false)), list, UpdateRefusal.Mismatch);
        Refused(Tar(("files.json", list, false), ("a", [], true)), list, UpdateRefusal.Mismatch);
        Refused(Tar(("a", "1"u8.ToArray(), false)), list, UpdateRefusal.Malformed);
        Refused(Encoding.ASCII.GetBytes("no archive at all"), list, UpdateRefusal.Malformed);
        byte[] good = Tar(("files.json", list, false), ("a", "1"u8.ToArray(), false));
        Refused(good[..(good.Length / 2)], list, UpdateRefusal.Malformed);
        Refused(good, [.. list, 32], UpdateRefusal.Mismatch);
        PackageArchive.Extract(new MemoryStream(good), Target(good, list, 1 + list.Length), (_, _) => { }, TestContext.Current.CancellationToken).Files.Count.ShouldBe(1);
    }

    [Fact]
    public void Canonical_json_is_that_of_the_specification()
    {
        byte[] odd = Encoding.UTF8.GetBytes("{ \"b\": [1, true, null], \"a\": \"\\\"\\\\\\n\\u00e9\", \"\\ud83d\\ude00\": 2, \"\\uffee\": -3 }");
        Encoding.UTF8.GetString(CanonicalJson.Encode(CanonicalJson.Parse(odd, "x"))).ShouldBe("{\"a\":\"\\\"\\\\\n\u00e9\",\"b\":[1,true,null],\"\uffee\":-3,\"\U0001f600\":2}");
        Should.Throw<UpdateRefusedException>(() => CanonicalJson.Encode(CanonicalJson.Parse("1.5"u8, "x")));
    }

    private static void Refused(byte[] package, byte[] list, UpdateRefusal refusal) =>
        Should.Throw<UpdateRefusedException>(() => PackageArchive.Extract(new MemoryStream(package), Target(package, list, 1 + list.Length), (_, stream) => stream.CopyTo(Stream.Null), TestContext.Current.CancellationToken)).Refusal.ShouldBe(refusal);

    private static byte[] Tar(params (string Name, byte[] Bytes, bool Link)[] entries)
    {
        using MemoryStream to = new();
        using (BrotliStream packed = new(to, CompressionLevel.Fastest, leaveOpen: true))
        using (TarWriter tar = new(packed, TarEntryFormat.Ustar))
        {
            foreach ((string name, byte[] bytes, bool link) in entries)
                tar.WriteEntry(link ? new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = "/etc/passwd" } : new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
        }

        return to.ToArray();
    }

    private static UpdateTarget Target(byte[] package, byte[] list, long unpacked) =>
        PlayedRepository.Target("1.0.0") with { Length = package.Length, Files = Convert.ToHexStringLower(SHA256.HashData(list)), Unpacked = unpacked };

    private static (byte[] Package, byte[] List, long Unpacked) Pack(params (string, string, bool)[] files)
    {
        using MemoryStream to = new();
        (byte[] list, long unpacked) = PackageArchive.Create(files, to, TestContext.Current.CancellationToken);
        return (to.ToArray(), list, unpacked);
    }

    private string Make(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
