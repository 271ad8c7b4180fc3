using System.Numerics.Tensors;
using Devices.Edge.Vision.Evaluation;

namespace Devices.Edge.Vision.Tests.Evaluation;

#pragma warning disable CA5394 // Fixed seeds: a test must not depend on luck.

/// <summary>Made-up people: a direction each in 32 dimensions, pictures scattered around it.</summary>
internal static class Population
{
    internal static List<EvaluationPicture> Make(int persons, int pictures, float scatter, int seed = 3)
    {
        var random = new Random(seed);
        var all = new List<EvaluationPicture>();
        for (var p = 0; p < persons; p++)
        {
            var centre = Draw(random);
            for (var i = 0; i < pictures; i++)
            {
                var vector = Draw(random);
                for (var d = 0; d < vector.Length; d++)
                {
                    vector[d] = centre[d] + (scatter * vector[d]);
                }

                TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
                var name = $"p{p:0000}";
                all.Add(new EvaluationPicture(name, $"/data/{name}/{i}.jpg") { Outcome = PictureOutcome.Embedded, Faces = 1, Embedding = vector });
            }
        }

        return all;
    }

    private static float[] Draw(Random random)
    {
        var vector = new float[32];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        TensorPrimitives.Divide(vector, TensorPrimitives.Norm<float>(vector), vector);
        return vector;
    }
}
