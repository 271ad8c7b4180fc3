using System.Text.Json;
using System.Text.Json.Serialization;

namespace Devices.Cli.Hardware;

/// <summary>The map's JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PinMap))]
internal sealed partial class HardwareJson : JsonSerializerContext;
