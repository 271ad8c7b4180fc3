using Devices.Edge.Agent.Gallery;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Enrol;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Agent.Recognition;

/// <summary>A loaded model pack with the gallery's templates of that pack in memory, and an enroller. Dispose after the pipelines made from it.</summary>
public sealed class FaceModels : IDisposable
{
    private readonly LoadedPack _pack;
    private readonly Enroller _enroller;
    private readonly Lock _enrolling = new();

    private FaceModels(LoadedPack pack, FaceGallery gallery, int stale, int damaged)
    {
        _pack = pack;
        Gallery = gallery;
        Stale = stale;
        Damaged = damaged;
        _enroller = new(pack, gallery);
    }

    public FaceGallery Gallery { get; }

    public PackRef Pack => _pack.Reference;

    /// <summary>People who have templates of other packs only: they must be enrolled again to be recognised.</summary>
    public int Stale { get; }

    /// <summary>Template rows that do not open (altered, or sealed by another key).</summary>
    public int Damaged { get; }

    /// <summary>Loads the pack and the people's templates; on failure <paramref name="problem"/> is a sentence and what to do.</summary>
    /// <param name="workingDirectory">On the disk, for what of a large gallery does not fit the memory (encrypted, nameless); null keeps all in memory.</param>
    public static FaceModels? Load(string directory, PeopleStore people, out string? problem, string? workingDirectory = null)
    {
        PackLoadResult loaded = PackLoader.Load(directory);
        if (!loaded.IsLoaded)
        {
            problem = loaded.Fault.ToString();
            return null;
        }

        try
        {
            FaceGallery gallery = FaceGallery.For(loaded.Pack, new GalleryOptions { WorkingDirectory = workingDirectory });
            int unfit = 0;
            people.Templates(loaded.Pack.Reference, template => unfit += gallery.Add(template) is null ? 0 : 1, out int damaged, out int stale);
            problem = null;
            return new(loaded.Pack, gallery, stale, damaged + unfit);
        }
        catch
        {
            loaded.Pack.Dispose();
            throw;
        }
    }

    public FacePipeline CreatePipeline(PipelineOptions options) => new(_pack, Gallery, options);

    /// <summary>One enrolment at a time; changes nothing by itself.</summary>
    public EnrolmentResult Enrol(string person, IReadOnlyList<Devices.Edge.Vision.Frames.RgbFrame> pictures)
    {
        lock (_enrolling) return _enroller.Enrol(person, pictures);
    }

    public void Dispose()
    {
        lock (_enrolling) _enroller.Dispose();
        Gallery.Dispose();
        _pack.Dispose();
    }
}
