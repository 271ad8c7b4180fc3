using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Cli.Accuracy;
using Devices.Cli.Bridge;
using Devices.Cli.Completion;
using Devices.Cli.Doctor;
using Devices.Cli.Flash;
using Devices.Cli.Flash.Serial;
using Devices.Cli.Font;
using Devices.Cli.Ledger;
using Devices.Cli.Models;
using Devices.Cli.Provisioning;
using Devices.Cli.Provisioning.Batch;
using Devices.Cli.Provisioning.Bundles;
using Devices.Cli.Release;
using Devices.Cli.Sim;
using Devices.Cli.Terminal;
using Devices.Cli.View;
using Devices.Cli.Wifi;
using Devices.Edge.Ledger.Board;

namespace Devices.Cli.App;

/// <summary>Everything that <c>--json</c> prints: snake_case, as in the contract between terminal and bridge.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(System.Text.Json.JsonElement))]
[JsonSerializable(typeof(FaultReport))]
[JsonSerializable(typeof(IReadOnlyList<ExitCode>))]
[JsonSerializable(typeof(InstallResult))]
[JsonSerializable(typeof(List<PackRow>))]
[JsonSerializable(typeof(ProvisionResult))]
[JsonSerializable(typeof(BundleReport))]
[JsonSerializable(typeof(BatchReport))]
[JsonSerializable(typeof(EnrolReport))]
[JsonSerializable(typeof(LookAlikeReport))]
[JsonSerializable(typeof(PinReport))]
[JsonSerializable(typeof(List<EnrolledPerson>))]
[JsonSerializable(typeof(RemovedPerson))]
[JsonSerializable(typeof(LedgerReport))]
[JsonSerializable(typeof(BridgeBackupReport))]
[JsonSerializable(typeof(List<PunchRow>))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(DiskFacts))]
[JsonSerializable(typeof(CompletionScript))]
[JsonSerializable(typeof(ViewReport))]
[JsonSerializable(typeof(FontReport))]
[JsonSerializable(typeof(FlashReport))]
[JsonSerializable(typeof(FlashReadReport))]
[JsonSerializable(typeof(List<SerialPortInfo>))]
[JsonSerializable(typeof(ReleaseReport))]
[JsonSerializable(typeof(SimReport))]
[JsonSerializable(typeof(WifiReport))]
[JsonSerializable(typeof(WifiScanReport))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(AccuracyDocument))]
public sealed partial class CliJson : JsonSerializerContext;
