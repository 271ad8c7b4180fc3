using System.Globalization;

namespace Devices.Cli.Accuracy;

/// <summary>One axis of a chart: what it shows, from where to where, and whether by powers of ten.</summary>
public sealed record Axis(string Title, double From, double To, bool IsLog = false, bool IsPercent = false)
{
    private static readonly double[] Steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

    /// <summary>0 at <see cref="From"/>, 1 at <see cref="To"/>; values outside are put to the edge.</summary>
    public double Share(double value) => IsLog
        ? Math.Clamp((Math.Log10(Math.Max(value, 1e-300)) - Math.Log10(From)) / (Math.Log10(To) - Math.Log10(From)), 0, 1)
        : Math.Clamp((value - From) / (To - From), 0, 1);

    public IEnumerable<(double Value, string Label)> Ticks()
    {
        if (IsLog)
        {
            for (int power = (int)Math.Ceiling(Math.Log10(From) - 1e-9); power <= Math.Log10(To) + 1e-9; power++)
            {
                double value = Math.Pow(10, power);
                yield return (value, IsPercent ? (value * 100).ToString("0.######", CultureInfo.InvariantCulture) + " %" : power >= -2 ? value.ToString("0.##", CultureInfo.InvariantCulture) : $"1e{power}");
            }

            yield break;
        }

        double step = Steps.First(s => (To - From) / s <= 11);
        for (int i = (int)Math.Ceiling(From / step - 1e-9); i * step <= To + 1e-9; i++) yield return (i * step, (i * step).ToString("0.##", CultureInfo.InvariantCulture));
    }
}
