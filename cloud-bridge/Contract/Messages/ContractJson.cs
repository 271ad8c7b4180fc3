using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Contract.Punches;

namespace Devices.Contract.Messages;

/// <summary>
/// Source-generated System.Text.Json context for everything in this assembly: snake_case, nulls left out, unknown fields ignored. The
/// generated code gives null to an <c>init</c> property that a message does not have, in spite of its initialiser: a property that is
/// neither nullable nor required therefore turns null into its default itself.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(Punch))]
[JsonSerializable(typeof(HelloMessage))]
[JsonSerializable(typeof(PunchBatch))]
[JsonSerializable(typeof(EventMessage))]
[JsonSerializable(typeof(StatusMessage))]
[JsonSerializable(typeof(TerminalHealth))]
[JsonSerializable(typeof(AssociationBatch))]
[JsonSerializable(typeof(PhoneList))]
[JsonSerializable(typeof(StateMessage))]
[JsonSerializable(typeof(RosterMessage))]
[JsonSerializable(typeof(AppliedMessage))]
[JsonSerializable(typeof(SiteRecord))]
[JsonSerializable(typeof(RelayMessage))]
[JsonSerializable(typeof(ConfigMessage))]
[JsonSerializable(typeof(TrustMessage))]
[JsonSerializable(typeof(UpdateMessage))]
[JsonSerializable(typeof(CommandMessage))]
[JsonSerializable(typeof(CommandBody))]
[JsonSerializable(typeof(CommandResult))]
public sealed partial class ContractJson : JsonSerializerContext;
