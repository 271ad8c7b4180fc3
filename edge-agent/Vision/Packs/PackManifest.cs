using System.Text.Json.Serialization;

namespace Devices.Edge.Vision.Packs;

/// <summary>
/// <c>manifest.json</c> of a model pack: what it is, where its files come from, under which licence, and everything
/// the pipeline must know to run it. Schema 1. models/README.md explains every field.
/// </summary>
public sealed record PackManifest
{
    /// <summary>The one schema that this program reads.</summary>
    public const int CurrentSchema = 1;

    public required int Schema { get; init; }

    /// <summary>1–64 of <c>a-z0-9-</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Version of the pack (not of the package its files come from), semantic.</summary>
    public required string Version { get; init; }

    /// <summary>
    /// The earlier version whose templates this one compares: set when only words or the calibration changed, while
    /// models, inputs and preprocessing are the same, so that nobody has to be enrolled again. Absent: its own version.
    /// </summary>
    public string? TemplateVersion { get; init; }

    public required string Description { get; init; }

    /// <summary>What is known of the data that the weights were trained on; "not documented" must be said, not left out.</summary>
    public required string TrainingData { get; init; }

    public required IReadOnlyList<PackFile> Files { get; init; }

    public required IReadOnlyList<PackLicence> Licences { get; init; }

    public required DetectorSpec Detector { get; init; }

    public required LandmarkSpec Landmarks { get; init; }

    public required EmbedderSpec Embedder { get; init; }

    public required LivenessSpec Liveness { get; init; }

    /// <summary>Absent where the pack cannot tell closed eyes; then a challenge is a head turn.</summary>
    public EyeSpec? Eyes { get; init; }

    /// <summary>Absent only in a pack that was never calibrated; such a pack is refused.</summary>
    public PackCalibration? Calibration { get; init; }

    /// <summary>Which pack decided: written into every punch.</summary>
    [JsonIgnore]
    public PackRef Reference => new(Id, Version);

    /// <summary>Which templates it compares: written into every template.</summary>
    [JsonIgnore]
    public PackRef Templates => new(Id, TemplateVersion ?? Version);
}
