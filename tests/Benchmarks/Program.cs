using System.Globalization;
using Devices.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return args switch
{
    ["calibrate", ..] => Calibrate.Run(args[1..]),
    ["lfw", ..] => LfwReport.Run(args[1..]),
    ["survey", ..] => Survey.Run(args[1..]),
    ["match"] => MatchBenchmark.Run(),
    ["pad", ..] => PadReport.Run(args[1..]),
    ["quality", ..] => QualityReport.Run(args[1..]),
    ["stages", ..] => StageBenchmark.Run(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Say what to run: lfw | calibrate | pad | quality | survey FOLDER | match | stages. See tests/Benchmarks/README.md.");
    return 2;
}
