namespace Devices.Edge.Vision.Packs;

/// <summary>
/// The model of a pack that tells an open eye from a closed one, and how it is asked. One eye is looked at in several crops of the
/// aligned face, since a single crop of so small a model errs with a pixel; their logits (closed minus open) are averaged.
/// </summary>
public sealed record EyeSpec
{
    /// <summary><c>open-closed</c>.</summary>
    public required string Kind { get; init; }

    public required string File { get; init; }

    public required ModelInput Input { get; init; }

    /// <summary>Index of the closed class; the other of the two is open.</summary>
    public required int ClosedIndex { get; init; }

    /// <summary>Sides of the square crops about an eye's centre, pixels of the 112×112 aligned face.</summary>
    public required IReadOnlyList<float> Sides { get; init; }

    /// <summary>Mean that each crop is brought to after the input's own norm, so that a dark room does not close eyes.</summary>
    public required float Level { get; init; }

    /// <summary>Standard deviation that each crop is brought to.</summary>
    public required float Spread { get; init; }

    /// <summary>Mean logit of both eyes at which they are closed.</summary>
    public required float Closed { get; init; }

    /// <summary>Mean logit of both eyes below which they are open.</summary>
    public required float Open { get; init; }

    /// <summary>What each eye must rise by over its own open state: eyes that always look narrow are not closed ones.</summary>
    public required float Rise { get; init; }
}
