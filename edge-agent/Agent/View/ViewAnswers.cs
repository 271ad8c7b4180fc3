using System.Text.Json.Serialization;

namespace Devices.Edge.Agent.View;

/// <summary><c>POST /view</c>: the first line of the answer, which stays open as long as the view.</summary>
/// <param name="View">To be named when asking for frames.</param>
public sealed record ViewOpened(string View);

/// <summary>What lies over the frame.</summary>
public sealed record ViewAnswer
{
    public required string Terminal { get; init; }

    /// <summary>Null where no frame came: there is a sentence in camera or models then.</summary>
    public ViewFrameAnswer? Frame { get; init; }

    public required ViewPart Camera { get; init; }

    public required ViewPart Models { get; init; }

    public double? CameraFps { get; init; }

    public string? Pack { get; init; }

    public int People { get; init; }

    public int Templates { get; init; }

    public float? Threshold { get; init; }

    public float? LivenessThreshold { get; init; }

    /// <summary>Corners of the region where faces punch, shares of the picture.</summary>
    public IReadOnlyList<float[]>? Region { get; init; }

    public required IReadOnlyList<ViewFaceAnswer> Faces { get; init; }

    public required IReadOnlyList<ViewDecisionAnswer> Decisions { get; init; }

    /// <summary>The last lines of the agent's log, newest first, in English.</summary>
    public required IReadOnlyList<ViewLine> Lines { get; init; }
}

/// <param name="State"><c>ok</c>, <c>none</c> (not configured) or <c>fault</c>.</param>
/// <param name="Text">The agent's own sentence.</param>
public sealed record ViewPart(string State, string Text);

/// <param name="Times">Milliseconds by stage.</param>
public sealed record ViewFrameAnswer(long Number, int Width, int Height, bool Analysed, double Fps, ViewTimes Times);

public sealed record ViewTimes(double Decode, double Detect, double Analyse, double Recognise, double Total);

/// <summary>One face.</summary>
public sealed record ViewFaceAnswer
{
    public required long Track { get; init; }

    /// <summary>X, y, width, height in pixels.</summary>
    public required float[] Box { get; init; }

    /// <summary>X and y of left eye, right eye, nose, left and right corner of the mouth.</summary>
    public required float[][] Points { get; init; }

    /// <summary>Kebab-case name of the quality reason; <c>good</c> where every limit is kept.</summary>
    public required string Reason { get; init; }

    public required IReadOnlyList<ViewMeasure> Quality { get; init; }

    public required float Liveness { get; init; }

    public required float Motion { get; init; }

    /// <summary><c>none</c>, <c>turn-left</c>, <c>turn-right</c>, <c>close-eyes</c>.</summary>
    public required string Challenge { get; init; }

    public required ViewOutcome Outcome { get; init; }

    public ViewComparison? Compared { get; init; }
}

/// <summary>A measured value and its limits.</summary>
public sealed record ViewMeasure(string Name, float Value, float? Least, float? Most, bool Ok);

/// <summary>A candidate of the gallery.</summary>
public sealed record ViewPerson(string Person, string Name, float Score);

public sealed record ViewComparison(ViewPerson? Best, ViewPerson? Second, float Threshold, int Samples, bool Fused);

/// <param name="Kind"><c>pending</c>, <c>accepted</c>, <c>unknown</c>, <c>ambiguous</c>, <c>spoof</c>, <c>quality</c>, <c>left</c>, <c>changed</c>.</param>
/// <param name="Text">The reason in English, as in the log.</param>
public sealed record ViewOutcome(string Kind, string Text)
{
    public ViewPerson? Best { get; init; }

    public ViewPerson? Second { get; init; }

    public float? Threshold { get; init; }

    public float? Liveness { get; init; }

    public float? Motion { get; init; }

    /// <summary>For <c>spoof</c>.</summary>
    public string? Cue { get; init; }

    /// <summary>For <c>quality</c>.</summary>
    public string? Reason { get; init; }

    public int? Samples { get; init; }

    public int? Wanted { get; init; }
}

/// <param name="At">Ms since the Unix epoch.</param>
public sealed record ViewDecisionAnswer(long At, long Track, ViewOutcome Outcome);

public sealed record ViewLine(long At, string Kind, string Text);

/// <summary>Snake case as everywhere on the socket; a value that is no number becomes a word instead of a fault.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ViewOpened))]
[JsonSerializable(typeof(ViewAnswer))]
public sealed partial class ViewJson : JsonSerializerContext;
