using Devices.Edge.Vision.Align;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Vision;

/// <summary>A face with its points, alignment (null when the points coincide) and quality.</summary>
public readonly record struct AnalyzedFace(FaceBox Box, float DetectionScore, FivePoints Points, FaceAlignment? Alignment, FaceQuality Quality);
