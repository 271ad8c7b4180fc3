using Devices.Edge.Agent.Gallery;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Enrol;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Edge.Vision.Runtime;

namespace Devices.Edge.Agent.Recognition;

/// <summary>A loaded model pack with the gallery's templates of that pack in memory, and an enroller. Dispose after the pipelines made from it.</summary>
public sealed class FaceModels : IDisposable
{
    /// <summary>The agent's argument that makes it the process of the models; see <see cref="ModelWorkerHost"/>.</summary>
    public const string WorkerVerb = "model-worker";

    private readonly LoadedPack _pack;
    private readonly ModelWorker? _worker;
    private readonly Enroller _enroller;
    private readonly Lock _enrolling = new();

    private FaceModels(LoadedPack pack, ModelWorker? worker, FaceGallery gallery, int damaged)
    {
        _pack = pack;
        _worker = worker;
        Gallery = gallery;
        Damaged = damaged;
        _enroller = new(pack, gallery);
    }

    public FaceGallery Gallery { get; }

    public PackRef Pack => _pack.Reference;

    /// <summary>The identity that templates carry: an earlier version's where only the calibration changed since.</summary>
    public PackRef Templates => _pack.Templates;

    /// <summary>Whether the pack can tell closed eyes.</summary>
    public bool CanSeeEyes => _pack.Manifest.Eyes is not null;

    /// <summary>Template rows that do not open (altered, or sealed by another key).</summary>
    public int Damaged { get; }

    /// <summary>This program as the process of the models.</summary>
    public static WorkerCommand OwnWorker
    {
        get
        {
            string program = Environment.ProcessPath ?? throw new InvalidOperationException("The agent does not know its own path.");
            // Under `dotnet Devices.Edge.Agent.dll` the process is dotnet.
            return Path.GetFileNameWithoutExtension(program) == "dotnet"
                ? new(program, [typeof(FaceModels).Assembly.Location, WorkerVerb])
                : new(program, [WorkerVerb]);
        }
    }

    /// <summary>Loads the pack and the people's templates; on failure <paramref name="problem"/> is a sentence and what to do.</summary>
    /// <param name="directory">The installed pack.</param>
    /// <param name="people">Whose templates become the gallery.</param>
    /// <param name="problem">Why there are none.</param>
    /// <param name="command">The process that is to run the models; null runs them in this one, where a crash of theirs ends it.</param>
    /// <param name="workingDirectory">On the disk, for what of a large gallery does not fit the memory (encrypted, nameless); null keeps all in memory.</param>
    public static FaceModels? Load(string directory, PeopleStore people, out string? problem, WorkerCommand? command = null, string? workingDirectory = null)
    {
        ModelWorker? worker = command is null ? null : new(command);
        LoadedPack? pack = null;
        try
        {
            PackLoadResult loaded = PackLoader.Load(directory, new PackOptions { IntraOpThreads = ThreadPlan.IntraOp(Environment.ProcessorCount), Worker = worker });
            if (!loaded.IsLoaded)
            {
                worker?.Dispose();
                problem = loaded.Fault.ToString();
                return null;
            }

            pack = loaded.Pack;
            FaceGallery gallery = FaceGallery.For(pack, new GalleryOptions { WorkingDirectory = workingDirectory });
            int unfit = 0;
            people.Templates(pack.Templates, template => unfit += gallery.Add(template) is null ? 0 : 1, out int damaged);
            problem = null;
            return new(pack, worker, gallery, damaged + unfit);
        }
        catch
        {
            pack?.Dispose();
            worker?.Dispose();
            throw;
        }
    }

    public FacePipeline CreatePipeline(PipelineOptions options) => new(_pack, Gallery, options);

    /// <summary>One enrolment at a time; changes nothing by itself.</summary>
    public EnrolmentResult Enrol(EnrolmentRequest request)
    {
        lock (_enrolling) return _enroller.Enrol(request);
    }

    /// <summary>The threshold in force at the gallery's present size, and the margin to the second person.</summary>
    public (float Threshold, float Margin) Decision => _enroller.Decision;

    public void Dispose()
    {
        lock (_enrolling) _enroller.Dispose();
        Gallery.Dispose();
        _pack.Dispose();
        _worker?.Dispose();
    }
}
