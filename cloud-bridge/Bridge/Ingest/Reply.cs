using Devices.Contract.Messages;
using MQTTnet.Protocol;

namespace Devices.Bridge.Ingest;

/// <summary>What goes back for one publish: a reason code on PUBACK, and a <c>state</c> where one is due.</summary>
/// <param name="State">Published to the session before PUBACK; null where there is nothing to tell.</param>
public sealed record Reply(MqttPubAckReasonCode Code, Problem? Problem, StateMessage? State)
{
    /// <summary>For how long the terminal should send nothing, ms; told in the state and on PUBACK.</summary>
    public long SlowDownMs { get; init; }

    public static readonly Reply Done = new(MqttPubAckReasonCode.Success, null, null);

    public static Reply Refuse(MqttPubAckReasonCode code, string problem, string text) => new(code, new() { Code = problem, Text = text }, null);

    /// <summary>The reason code that stands for a problem found in a payload.</summary>
    public static MqttPubAckReasonCode CodeOf(string problem) => problem switch
    {
        ProblemCodes.Malformed or ProblemCodes.Version => MqttPubAckReasonCode.PayloadFormatInvalid,
        ProblemCodes.Oversized => MqttPubAckReasonCode.QuotaExceeded,
        ProblemCodes.WrongTerminal => MqttPubAckReasonCode.NotAuthorized,
        ProblemCodes.Unavailable => MqttPubAckReasonCode.UnspecifiedError,
        ProblemCodes.Unwanted => MqttPubAckReasonCode.NotAuthorized,
        _ => MqttPubAckReasonCode.ImplementationSpecificError, // gap, chain, fork: MQTT has no nearer code; the problem names it
    };
}
