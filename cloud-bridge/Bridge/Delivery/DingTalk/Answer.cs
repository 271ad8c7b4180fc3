using System.Text.Json;

namespace Devices.Bridge.Delivery.DingTalk;

/// <summary>One call's answer: a body when it succeeded, else why it did not.</summary>
public sealed record Answer
{
    private Answer(JsonElement? body, DeliveryOutcome outcome) => (Body, Outcome) = (body, outcome);

    /// <summary>The JSON body; null unless <see cref="Ok"/>.</summary>
    public JsonElement? Body { get; }

    /// <summary>Accepted, or the refusal.</summary>
    public DeliveryOutcome Outcome { get; }

    /// <summary>Whether the platform did what was asked.</summary>
    public bool Ok => Body is not null;

    internal static Answer Success(JsonElement body) => new(body, DeliveryOutcome.Accepted);

    internal static Answer Failure(DeliveryOutcome outcome) => new(null, outcome);
}
