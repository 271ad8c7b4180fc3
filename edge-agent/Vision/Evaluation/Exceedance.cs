namespace Devices.Edge.Vision.Evaluation;

/// <summary>A score above the level of interest, with the two persons (indices) and pictures (names) that gave it.</summary>
public readonly record struct Exceedance(int PersonA, int PersonB, float Score, string PictureA, string PictureB);
