using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Cli.Provisioning;

namespace Devices.Cli.Tests;

/// <summary>The board's serial number and where it goes.</summary>
public sealed class BoardSerialTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("board-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("sys/firmware/devicetree/base/serial-number", "10000000abcd1234\0", "10000000abcd1234")]
    [InlineData("sys/class/dmi/id/product_serial", "PF-2A9.77\n", "PF-2A9.77")]
    [InlineData("sys/class/dmi/id/product_serial", "To Be Filled By O.E.M.\n", null)]
    [InlineData("sys/class/dmi/id/board_serial", "Default string\n", null)]
    [InlineData("sys/class/dmi/id/product_serial", "0000000000\n", null)]
    public void It_is_read_from_the_device_tree_or_dmi_and_fillers_are_none(string file, string text, string? serial)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, file))!);
        File.WriteAllText(Path.Combine(_root, file), text);
        BoardSerial.Read(_root).ShouldBe(serial);
    }

    [Fact]
    public void It_stands_in_the_request_beside_the_name()
    {
        BoardSerial.Read(_root).ShouldBeNull();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = CertificateRequest.LoadSigningRequest(DeviceKey.SigningRequest(key, "m2-001", "10000000abcd1234"), HashAlgorithmName.SHA256);
        request.SubjectName.EnumerateRelativeDistinguishedNames().Select(one => (one.GetSingleElementType().Value, one.GetSingleElementValue())).ShouldBe([("2.5.4.3", "m2-001"), ("2.5.4.5", "10000000abcd1234")], ignoreOrder: true);
    }
}
