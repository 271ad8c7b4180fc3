namespace Devices.Edge.Agent.Hosting;

/// <summary>
/// One line of what the terminal does, for <c>GET /events</c> and the log. Kinds: <c>punch</c>, <c>repeat</c>, <c>refused</c> (with
/// <see cref="Reason"/>), <c>acknowledged</c>, <c>card</c>, <c>mcu</c>, <c>bridge</c>, <c>clock</c>, <c>camera</c>, <c>models</c>,
/// <c>enrolled</c>, <c>erased</c>, <c>door</c>, <c>agent</c>.
/// </summary>
public sealed record NarrationEvent
{
    /// <summary>Wall clock, ms since the Unix epoch.</summary>
    public long At { get; init; }

    public required string Kind { get; init; }

    /// <summary>The plain sentence, as in the log but without the time.</summary>
    public required string Text { get; init; }

    /// <summary>The userid.</summary>
    public string? Person { get; init; }

    public string? Name { get; init; }

    /// <summary><c>face</c> or <c>card</c>.</summary>
    public string? Method { get; init; }

    /// <summary>Cosine of the accepted face.</summary>
    public float? Score { get; init; }

    public float? Threshold { get; init; }

    /// <summary>The punch's place in the ledger; for <c>acknowledged</c> the last one that the bridge has.</summary>
    public long? Seq { get; init; }

    /// <summary>For <c>refused</c>: <c>unknown</c>, <c>spoof</c>, <c>ambiguous</c>, <c>quality</c>, <c>left</c>, <c>card-unknown</c>, <c>full</c>, <c>fault</c>, <c>invalid</c>, <c>pin</c>.</summary>
    public string? Reason { get; init; }
}
