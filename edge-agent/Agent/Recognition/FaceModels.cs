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

    /// <summary>The identity that templates carry: an earlier version's where only the calibration changed since.</summary>
    public PackRef Templates => _pack.Templates;

    /// <summary>People who have templates of other packs only: they must be enrolled again to be recognised.</summary>
    public int Stale { get; }

    /// <summary>Template rows that do not open (altered, or sealed by another key).</summary>
    public int Damaged { get; }

    /// <summary>Loads the pack and the people's templates; on failure <paramref name="problem"/> is a sentence and what to do.</summary>
    public static FaceModels? Load(string directory, PeopleStore people, out string? problem)
    {
        PackLoadResult loaded = PackLoader.Load(directory);
        if (!loaded.IsLoaded)
        {
            problem = loaded.Fault.ToString();
            return null;
        }

        try
        {
            FaceGallery gallery = FaceGallery.For(loaded.Pack);
            int unfit = 0;
            IReadOnlyList<FaceTemplate> templates = people.Templates(loaded.Pack.Templates, out int damaged, out int stale);
            foreach (FaceTemplate template in templates)
            {
                if (gallery.Add(template) is not null) unfit++;
            }

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
        _pack.Dispose();
    }
}
