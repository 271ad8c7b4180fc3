using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Devices.Edge.Vision.Runtime;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Devices.Benchmarks;

/// <summary>
/// Each model of the pack as it was published against the form in which it is opened (<see cref="ModelRewriter"/>), in turns;
/// with <c>--profile</c> also where the time of the second goes, by kind of node, as ONNX Runtime's own profile says.
/// </summary>
internal static class ModelProfile
{
    internal static int Run(string[] args)
    {
        var directory = Packs.DirectoryOf(args);
        var at = Array.IndexOf(args, "--threads");
        var threads = at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 1;
        Console.WriteLine("| model | as published | as opened | opened / published | nodes | largest difference of the outputs, of their range |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        var files = Directory.GetFiles(directory, "*.onnx").Order().ToArray();
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            var other = ModelRewriter.Rewrite(bytes);
            using Opened a = new(bytes, threads, null), b = new(other, threads, null);
            var (plain, faster) = Peers.InTurns(a.Run, b.Run, 200);
            Console.WriteLine($"| {Path.GetFileName(file)} | {plain:F2} ms | {faster:F2} ms | {faster / plain:F2} | {(bytes == other ? "unchanged" : "rewritten")} | {a.Difference(b):E1} |");
        }

        if (args.Contains("--profile"))
        {
            foreach (var file in files)
            {
                Profile(file, threads, args.Contains("--nodes"));
            }
        }

        return 0;
    }

    private static void Profile(string file, int threads, bool nodes)
    {
        const int Runs = 100;
        var prefix = Path.Combine(Path.GetTempPath(), "devices-profile-" + Path.GetFileNameWithoutExtension(file));
        string written;
        using (var opened = new Opened(ModelRewriter.Rewrite(File.ReadAllBytes(file)), threads, prefix))
        {
            for (var i = 0; i < Runs; i++)
            {
                opened.Run();
            }

            written = opened.EndProfiling();
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(written));
        File.Delete(written);
        var events = json.RootElement.EnumerateArray()
            .Where(e => e.TryGetProperty("cat", out var cat) && cat.GetString() == "Node" && e.GetProperty("name").GetString()!.EndsWith("_kernel_time", StringComparison.Ordinal))
            .Select(e => (Name: e.GetProperty("name").GetString()!.Replace("_kernel_time", "", StringComparison.Ordinal), Op: e.GetProperty("args").GetProperty("op_name").GetString()!,
                Shape: e.GetProperty("args").TryGetProperty("output_type_shape", out var shape) ? shape.GetRawText() : "", Microseconds: e.GetProperty("dur").GetInt64()))
            .ToList();
        Console.WriteLine();
        Console.WriteLine($"{Path.GetFileName(file)}, {threads} thread(s), by kind of node:");
        Console.WriteLine();
        Console.WriteLine("| node | a run | µs a run |");
        Console.WriteLine("| --- | --- | --- |");
        foreach (var group in events.GroupBy(e => nodes ? $"{e.Op} {e.Name} {e.Shape}" : e.Op).OrderByDescending(g => g.Sum(e => e.Microseconds)).Take(nodes ? 40 : 12))
        {
            Console.WriteLine($"| {group.Key} | {group.Count() / (double)(Runs + 1):F0} | {group.Sum(e => e.Microseconds) / (double)(Runs + 1):F0} |");
        }
    }

    /// <summary>A session on one random input of the model's own shape.</summary>
    private sealed class Opened : IDisposable
    {
        private readonly InferenceSession _session;
        private readonly RunOptions _run = new();
        private readonly OrtValue _input;
        private readonly string[] _inputs;
        private readonly string[] _outputs;

        internal Opened(byte[] model, int threads, string? profile)
        {
            using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            if (profile is not null)
            {
                options.ProfileOutputPathPrefix = profile;
                options.EnableProfiling = true;
            }

            _session = new InferenceSession(model, options);
            var (name, metadata) = _session.InputMetadata.First();
            long[] shape = [.. metadata.Dimensions.Select(d => Math.Max(1, (long)d))];
            _input = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);
#pragma warning disable CA5394 // made-up pixels, repeatable
            var random = new Random(1);
            foreach (ref var value in _input.GetTensorMutableDataAsSpan<float>())
            {
                value = random.NextSingle();
            }
#pragma warning restore CA5394
            _inputs = [name];
            _outputs = [.. _session.OutputMetadata.Keys];
            Run();
        }

        internal void Run()
        {
            using var outputs = _session.Run(_run, _inputs, [_input], _outputs);
        }

        internal double Difference(Opened other)
        {
            using var mine = _session.Run(_run, _inputs, [_input], _outputs);
            using var theirs = other._session.Run(other._run, _inputs, [_input], _outputs);
            var worst = 0.0;
            for (var i = 0; i < _outputs.Length; i++)
            {
                var a = mine[i].GetTensorDataAsSpan<float>();
                var b = theirs[i].GetTensorDataAsSpan<float>();
                var (most, range) = (0f, 1e-9f);
                for (var k = 0; k < a.Length; k++)
                {
                    (most, range) = (MathF.Max(most, MathF.Abs(a[k] - b[k])), MathF.Max(range, MathF.Abs(a[k])));
                }

                worst = Math.Max(worst, most / range);
            }

            return worst;
        }

        internal string EndProfiling() => _session.EndProfiling();

        public void Dispose()
        {
            _input.Dispose();
            _run.Dispose();
            _session.Dispose();
        }
    }
}
