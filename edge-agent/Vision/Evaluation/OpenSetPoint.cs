using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Vision.Evaluation;

/// <summary>Open-set 1:N at one gallery size and one wanted FPIR.</summary>
/// <param name="Persons">Persons in the gallery, made-up ones included.</param>
/// <param name="Templates">Templates in it.</param>
/// <param name="Synthetic">How many of the persons are made up (<see cref="SyntheticTemplates"/>).</param>
/// <param name="Distractors">Real persons in it who are never searched for.</param>
/// <param name="NonMated">Searches for people who are not in the gallery.</param>
/// <param name="FalsePositives">Of these, at or above <paramref name="Threshold"/>; fewer than 30 make the row weak.</param>
/// <param name="Mated">Searches for people who are.</param>
/// <param name="Threshold">Chosen on the non-mated searches of this very gallery.</param>
/// <param name="Fnir">Share of mated searches in which the person is not first, or is below the threshold, or no face was found.</param>
/// <param name="AtCalibrated">What the threshold that a terminal would take from the calibration gives on the same searches; null without calibration.</param>
public sealed record OpenSetPoint(
    int Persons, int Templates, int Synthetic, int Distractors, double WantedFpir, int NonMated, int FalsePositives, int Mated,
    double Threshold, double Fnir, Interval FnirInterval, CalibratedSearch? AtCalibrated)
{
    public bool IsWeak => FalsePositives < Verification.Enough;
}
