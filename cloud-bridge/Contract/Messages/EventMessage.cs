namespace Devices.Contract.Messages;

/// <summary><c>event</c>, up, QoS 1: something other than a punch that operators should see.</summary>
public sealed record EventMessage
{
    /// <summary>Unique for ever; the bridge stores each id once.</summary>
    public required string Id { get; init; }

    /// <summary><c>door</c>, <c>tamper</c>, <c>disk</c>, <c>clock</c>, <c>face-unknown</c>, <c>face-spoof</c>, <c>card-unknown</c>, <c>camera</c>, <c>crash</c>, <c>fork</c>, <c>liveness-off</c>, <c>enrolment-override</c>, <c>view-opened</c>, <c>photos</c>, <c>self-test</c>, <c>tpm</c>, <c>tpm-locked</c>.</summary>
    public required string Kind { get; init; }

    public required long At { get; init; }

    /// <summary>One sentence for an operator. Never a name, a template or a secret.</summary>
    public required string Text { get; init; }
}
