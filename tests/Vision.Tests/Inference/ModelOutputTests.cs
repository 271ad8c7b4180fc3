using Devices.Edge.Vision.Detect;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Runtime;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests.Inference;

public sealed class ModelOutputTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("models-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private LoadedPack Load(byte[] liveness)
    {
        var target = Path.Combine(_directory, "pack");
        TinyOnnx.PackWithLiveness(Installed.PackDirectory, target, liveness);
        var loaded = PackLoader.Load(target);
        return loaded.Pack ?? throw new InvalidOperationException(loaded.Fault!.ToString());
    }

    [Fact]
    public void An_output_that_is_NaN_is_a_fault_that_names_the_model()
    {
        using var pack = Load(TinyOnnx.GivesNaN(128, 3));
        Named(pack);
    }

    [Fact]
    public void An_output_that_is_infinite_is_a_fault_that_names_the_model()
    {
        using var pack = Load(TinyOnnx.GivesInfinity(128, 3));
        Named(pack);
    }

    private static void Named(LoadedPack pack)
    {
        using var analyzer = pack.CreateAnalyzer();
        using var frame = Installed.Load(Installed.Clm("franck_02159.jpg"));
        var face = Installed.Faces(analyzer, frame).ShouldHaveSingleItem();
        var fault = Should.Throw<ModelFaultException>(() => analyzer.Liveness(frame, face.Box));
        fault.Message.ShouldStartWith("fr_liveness.onnx gave a value that is not a number");
        fault.Stopped.ShouldBeFalse();
    }

    [Theory]
    [InlineData(96, 3, "takes 1×3×96×96")]
    [InlineData(128, 5, "gives 1×5")]
    public void A_model_of_another_shape_is_refused_at_load_with_both_shapes(int side, int classes, string said)
    {
        var target = Path.Combine(_directory, "pack");
        TinyOnnx.PackWithLiveness(Installed.PackDirectory, target, TinyOnnx.GivesNaN(side, classes));
        var fault = PackLoader.Load(target).Fault!;
        fault.Code.ShouldBe(PackFaultCode.ModelRefused);
        fault.Message.ShouldContain(said);
        fault.Message.ShouldContain("fr_liveness.onnx");
    }

    [Fact]
    public void A_model_file_that_is_no_model_is_refused_at_load()
    {
        var target = Path.Combine(_directory, "pack");
        TinyOnnx.PackWithLiveness(Installed.PackDirectory, target, [.. "this is not a model"u8]);
        PackLoader.Load(target).Fault!.Code.ShouldBe(PackFaultCode.ModelRefused);
    }

    [Fact]
    public void A_model_written_in_other_words_gives_the_same_numbers()
    {
        foreach (var (file, shape) in ((string, long[])[])[("fr_feature.onnx", [1, 3, 112, 112]), ("fr_liveness.onnx", [1, 3, 128, 128])])
        {
            var bytes = File.ReadAllBytes(Path.Combine(Installed.PackDirectory, file));
            var other = ModelRewriter.Rewrite(bytes);
            other.ShouldNotBe(bytes);
            var (a, b) = (Output(bytes, shape), Output(other, shape));
            var scale = a.Max(MathF.Abs);
            a.Zip(b, (x, y) => MathF.Abs(x - y) / scale).Max().ShouldBeLessThan(1e-4f, file);
        }

        // 103 and 231 channels are none of whole blocks: filled up with zeros, every depthwise convolution has 16 channels a block.
        var filled = OnnxGraph.Read(ModelRewriter.Rewrite(File.ReadAllBytes(Path.Combine(Installed.PackDirectory, "fr_liveness.onnx"))));
        filled.Nodes.Where(n => n.Type == "Conv").Select(n => n.Number("group", 1)).Where(g => g > 1).ShouldAllBe(g => g % ModelRewriter.Block == 0);
        filled.Nodes.ShouldNotContain(n => n.Type == "PRelu");
        var untouched = File.ReadAllBytes(Path.Combine(Installed.PackDirectory, "fr_detect.onnx"));
        ModelRewriter.Rewrite(untouched).ShouldBeSameAs(untouched);
        byte[] damaged = [.. untouched[..5000]];
        ModelRewriter.Rewrite(damaged).ShouldBeSameAs(damaged);
    }

    private static float[] Output(byte[] model, long[] shape)
    {
        using var quiet = new Microsoft.ML.OnnxRuntime.SessionOptions { LogSeverityLevel = Microsoft.ML.OnnxRuntime.OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(model, quiet);
#pragma warning disable CA5394 // repeatable numbers
        var random = new Random(5);
        var input = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < input.Length; i++)
        {
            input[i] = (random.NextSingle() * 2) - 1;
        }
#pragma warning restore CA5394
        using var value = Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory(input, shape);
        using var options = new Microsoft.ML.OnnxRuntime.RunOptions();
        using var outputs = session.Run(options, [session.InputMetadata.Keys.First()], [value], [.. session.OutputMetadata.Keys]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(8, 4)]
    [InlineData(64, 4)]
    [InlineData(1, 1)]
    public void Threads_follow_the_cores(int cores, int threads) => ThreadPlan.IntraOp(cores).ShouldBe(threads);

    [Fact]
    public void Onnxruntime_23348_two_thousand_frames_allocate_nothing_at_all_and_so_open_no_session()
    {
        using var scene = Installed.Load(Installed.Clm("franck_02159.jpg"));
        using var analyzer = Installed.Pack.CreateAnalyzer();
        var faces = new DetectedFace[16];
        var vector = new float[analyzer.EmbeddingSize];
        var gallery = People.Gallery(("franck", Installed.Clm("clmtrackr01.jpg")));
        void Look(int i)
        {
            var count = analyzer.Detect(scene, faces);
            if (i % 20 == 0 && count > 0)
            {
                var face = analyzer.Analyze(scene, faces[0], QualityLimits.Recognition);
                analyzer.Liveness(scene, face.Box);
                analyzer.Embed(scene, face, vector);
                gallery.Match(vector);
            }
        }

        for (var i = 0; i < 100; i++)
        {
            Look(i);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 2000; i++)
        {
            Look(i);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
