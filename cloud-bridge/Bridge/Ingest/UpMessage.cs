using System.Buffers;
using Devices.Contract;
using Devices.Contract.Messages;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace Devices.Bridge.Ingest;

/// <summary>One publish from a terminal, with what was read from its envelope.</summary>
public sealed record UpMessage(TerminalSession Session, string Topic, string Leaf, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Checks topic, prefix, QoS, version and size; what is refused comes back as a reply.</summary>
    public static (UpMessage? Message, Reply? Refusal) Read(TerminalSession session, MqttApplicationMessage publish)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(publish);
        string topic = publish.Topic ?? "";
        if (!Topics.TryParse(topic, out string terminal, out string leaf))
            return (null, Reply.Refuse(MqttPubAckReasonCode.TopicNameInvalid, ProblemCodes.Malformed, $"There is no topic '{Shorten(topic)}': terminals publish below d/{session.Terminal}/."));
        if (terminal != session.Terminal)
            return (null, Reply.Refuse(MqttPubAckReasonCode.NotAuthorized, ProblemCodes.WrongTerminal, $"The certificate of {session.Terminal} may not publish on '{Shorten(topic)}'."));
        if (!Topics.IsUp(leaf))
            return (null, Reply.Refuse(MqttPubAckReasonCode.TopicNameInvalid, ProblemCodes.Malformed, $"Terminals do not publish on '{Shorten(topic)}'."));
        if (ContractCodec.CheckVersion(Version(publish)) is { } unknown)
            return (null, Reply.Refuse(MqttPubAckReasonCode.PayloadFormatInvalid, unknown.Code, unknown.Text));
        int limit = leaf.StartsWith(Topics.Photo + "/", StringComparison.Ordinal) ? Protocol.MaxPhoto : Protocol.MaxPayload;
        if (publish.Payload.Length > limit)
            return (null, Reply.Refuse(MqttPubAckReasonCode.QuotaExceeded, ProblemCodes.Oversized, $"The payload on '{leaf}' has {publish.Payload.Length} bytes; {limit} are the limit."));
        // QoS 0 has no answer, so a punch sent with it could be lost without anybody knowing; QoS 2 is above what CONNACK grants.
        if (publish.QualityOfServiceLevel != MqttQualityOfServiceLevel.AtLeastOnce)
            return (null, Reply.Refuse(MqttPubAckReasonCode.ImplementationSpecificError, ProblemCodes.Malformed, $"Publish on '{leaf}' with QoS 1, not {(int)publish.QualityOfServiceLevel}."));
        return (new(session, topic, leaf, publish.Payload.IsSingleSegment ? publish.Payload.First : publish.Payload.ToArray()), null);
    }

    private static string? Version(MqttApplicationMessage publish)
    {
        List<string> all = [.. (publish.UserProperties ?? []).Where(one => one.Name == Protocol.VersionProperty).Select(one => one.ReadValueAsString())];
        return all.Count == 0 ? null : string.Join(',', all);
    }

    // It is told back, stands in the exceptions list, and is the terminal's to choose.
    private static string Shorten(string text) => string.Concat(text.Take(80).Select(one => char.IsControl(one) || char.IsSurrogate(one) ? '\uFFFD' : one)) + (text.Length > 80 ? "…" : "");
}
