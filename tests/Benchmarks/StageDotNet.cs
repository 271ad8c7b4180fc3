using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Devices.Benchmarks;

/// <summary>The same pairs under BenchmarkDotNet, with allocations. In this process: its projects of its own would not find the pack.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class StageDotNet : IDisposable
{
    private FacePair _pair = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    internal static int Run(string[] args)
    {
        var quick = args.Contains("--quick");
        var job = (quick ? Job.Dry.WithIterationCount(3) : Job.ShortRun).WithToolchain(InProcessEmitToolchain.Instance);
        var config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(ConsoleLogger.Default).AddColumnProvider(DefaultColumnProviders.Instance).AddExporter(MarkdownExporter.GitHub)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "devices-benchmarks"));
        var summary = BenchmarkRunner.Run<StageDotNet>(config);
        return summary.HasCriticalValidationErrors || summary.Reports.Any(r => !r.Success) ? 1 : 0;
    }

    [GlobalSetup]
    public void Open() => _pair = new FacePair(Threads, 1, []);

    [GlobalCleanup]
    public void Dispose()
    {
        _pair.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark, BenchmarkCategory("decode")]
    public void Decode() => _pair.Decode();

    [Benchmark(Baseline = true), BenchmarkCategory("decode")]
    public void DecodeOpenCv() => _pair.CvDecode();

    [Benchmark, BenchmarkCategory("detect")]
    public void Detect() => _pair.Detect();

    [Benchmark(Baseline = true), BenchmarkCategory("detect")]
    public void DetectOpenCv() => _pair.CvDetect();

    [Benchmark, BenchmarkCategory("landmarks")]
    public void Landmarks() => _pair.Analyze();

    [Benchmark(Baseline = true), BenchmarkCategory("landmarks")]
    public void LandmarksOpenCv() => _pair.CvAnalyze();

    [Benchmark, BenchmarkCategory("liveness")]
    public void Liveness() => _pair.Liveness();

    [Benchmark(Baseline = true), BenchmarkCategory("liveness")]
    public void LivenessOpenCv() => _pair.CvLiveness();

    [Benchmark, BenchmarkCategory("embed")]
    public void Embed() => _pair.Embed();

    [Benchmark(Baseline = true), BenchmarkCategory("embed")]
    public void EmbedOpenCv() => _pair.CvEmbed();

    [Benchmark, BenchmarkCategory("match")]
    public void Match() => _pair.Match();

    [Benchmark(Baseline = true), BenchmarkCategory("match")]
    public void MatchOpenCv() => _pair.CvMatch();

    [Benchmark, BenchmarkCategory("whole")]
    public void Whole() => _pair.Whole();

    [Benchmark(Baseline = true), BenchmarkCategory("whole")]
    public void WholeOpenCv() => _pair.CvWhole();
}
