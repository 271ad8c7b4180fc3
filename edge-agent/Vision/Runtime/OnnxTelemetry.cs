using System.Runtime.InteropServices;

namespace Devices.Edge.Vision.Runtime;

/// <summary>
/// Since 1.29 ONNX Runtime's Linux builds report sessions, models and a device identifier to their maker unless
/// ORT_DISABLE_TELEMETRY is set before the library starts (https://github.com/microsoft/onnxruntime/pull/27379).
/// A terminal that sees faces tells nobody anything but its bridge.
/// </summary>
internal static partial class OnnxTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Must run before the first use of any type of ONNX Runtime; later it has no effect.</summary>
    internal static void Refuse()
    {
        // .NET keeps a copy of the environment of its own on Unix; native code sees only what libc was told.
        if (!OperatingSystem.IsWindows() && SetEnvironment(Variable, "1", 1) != 0)
            throw new InvalidOperationException($"{Variable} could not be set; without it ONNX Runtime would report to its maker.");
        Environment.SetEnvironmentVariable(Variable, "1");
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
