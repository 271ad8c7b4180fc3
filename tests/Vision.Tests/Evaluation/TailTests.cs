using Devices.Edge.Vision.Evaluation;

namespace Devices.Edge.Vision.Tests.Evaluation;

#pragma warning disable CA5394 // Fixed seeds: a test must not depend on luck.
public sealed class TailTests
{
    [Theory]
    [InlineData(0.2, 0.03)]
    [InlineData(0, 0.05)]
    [InlineData(-0.25, 0.04)]
    public void Maximum_likelihood_and_moments_find_the_parameters_of_a_drawn_tail(double shape, double scale)
    {
        var truth = new GeneralisedPareto(shape, scale);
        var random = new Random(7);
        double[] drawn = [.. Enumerable.Range(0, 20_000).Select(_ => truth.Quantile(1 - random.NextDouble()))];
        foreach (var found in (GeneralisedPareto[])[GeneralisedPareto.ByLikelihood(drawn), GeneralisedPareto.ByMoments(drawn)])
        {
            found.Shape.ShouldBe(shape, 0.04);
            found.Scale.ShouldBe(scale, scale * 0.04);
        }
    }

    [Fact]
    public void Quantile_and_survival_are_inverse_and_a_bounded_tail_ends()
    {
        foreach (var shape in (double[])[-0.3, 0, 0.3])
        {
            var tail = new GeneralisedPareto(shape, 0.02);
            foreach (var p in (double[])[0.9, 0.1, 1e-4])
            {
                tail.Survival(tail.Quantile(p)).ShouldBe(p, p * 1e-6);
            }
        }

        new GeneralisedPareto(-0.5, 0.02).Survival(0.041).ShouldBe(0);
    }

    [Fact]
    public void Weights_count_as_repetitions()
    {
        double[] once = [0.01, 0.02, 0.02, 0.05, 0.07, 0.07, 0.07];
        double[] each = [0.01, 0.02, 0.05, 0.07];
        var repeated = GeneralisedPareto.ByLikelihood(once);
        var weighted = GeneralisedPareto.ByLikelihood(each, [1, 2, 1, 3]);
        weighted.Shape.ShouldBe(repeated.Shape, 1e-5);
        weighted.Scale.ShouldBe(repeated.Scale, 1e-6);
    }

    [Fact]
    public void A_share_of_none_and_of_all_has_a_sensible_interval()
    {
        Interval.Wilson(0, 100).ShouldSatisfyAllConditions(i => i.Low.ShouldBe(0), i => i.High.ShouldBe(0.037, 0.001));
        Interval.Wilson(100, 100).High.ShouldBe(1);
        Interval.Wilson(0, 0).ShouldBe(new Interval(0, 1));
    }
}
