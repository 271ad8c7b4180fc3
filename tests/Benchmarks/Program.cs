using System.Globalization;
using Devices.Benchmarks;
using Devices.Benchmarks.Hr;
using Devices.Benchmarks.Pad;
using Devices.Benchmarks.Page;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return args switch
{
    ["survey", ..] => Survey.Run(args[1..]),
    ["match", ..] => MatchBenchmark.Run(args[1..]),
    ["pad", ..] => PadReport.Run(args[1..]),
    ["quality", ..] => QualityReport.Run(args[1..]),
    ["stages", ..] => StageBenchmark.Run(args[1..]),
    ["dotnet", ..] => StageDotNet.Run(args[1..]),
    ["sizes", ..] => DetectBySize.Run(args[1..]),
    ["idle", ..] => IdleBenchmark.Run(args[1..]),
    ["soak", ..] => Soak.Run(args[1..]),
    ["models", ..] => ModelProfile.Run(args[1..]),
    ["hr", ..] => HrBenchmark.Run(args[1..]),
    ["exports", ..] => ExportBenchmark.Run(args[1..]),
    ["ingest", ..] => IngestBenchmark.Run(args[1..]),
    ["aspect", ..] => EyeAspect.Run(args[1..]),
    ["blink", ..] => Blink.Run(args[1..]),
    ["page", ..] => PageCommand.Run(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Say what to run: pad | quality | survey FOLDER | match | stages | dotnet | sizes | idle | soak | models | blink | aspect | hr | exports | ingest | page. See tests/Benchmarks/README.md.");
    return 2;
}
