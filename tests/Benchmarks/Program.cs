using System.Globalization;
using Devices.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return args switch
{
    ["survey", ..] => Survey.Run(args[1..]),
    ["match"] => MatchBenchmark.Run(),
    ["stages", ..] => StageBenchmark.Run(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Say what to run: survey FOLDER | match | stages. See tests/Benchmarks/README.md.");
    return 2;
}
