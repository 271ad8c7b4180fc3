using System.Runtime.InteropServices;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests;

public sealed partial class PrivacyTests
{
    /// <summary>Asked of libc, not of .NET: the library that would report is native and sees only libc's environment.</summary>
    [Fact]
    public void A_loaded_pack_has_told_ONNX_Runtime_not_to_report_to_its_maker()
    {
        Installed.Pack.ShouldNotBeNull();

        Marshal.PtrToStringUTF8(GetEnvironment("ORT_DISABLE_TELEMETRY")).ShouldBe("1");
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnvironment(string name);
}
