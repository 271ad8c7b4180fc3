using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Cli.Models;
using Devices.Cli.Provisioning;

namespace Devices.Cli.App;

/// <summary>Everything that <c>--json</c> prints: snake_case, as in the contract between terminal and bridge.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(FaultReport))]
[JsonSerializable(typeof(IReadOnlyList<ExitCode>))]
[JsonSerializable(typeof(InstallResult))]
[JsonSerializable(typeof(List<PackRow>))]
[JsonSerializable(typeof(ProvisionResult))]
public sealed partial class CliJson : JsonSerializerContext;
