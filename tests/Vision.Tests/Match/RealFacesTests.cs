using Devices.Edge.Vision.Evaluation;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Match.Scan;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests.Match;

/// <summary>The same rank 1, score and second as the float scan on embeddings of real faces.</summary>
public sealed class RealFacesTests : IDisposable
{
    private const int Size = 512;
    private readonly string _directory = Directory.CreateTempSubdirectory("gallery-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Every_sample_face_is_found_as_by_floats()
    {
        var files = Directory.EnumerateFiles(Path.GetDirectoryName(Installed.Clm("cage.jpg"))!, "*.jpg")
            .Concat(Enumerable.Range(1, 6).Select(Installed.Group)).Order(StringComparer.Ordinal).ToArray();
        var faces = new List<(string Name, float[] Vector)>();
        using (var analyzer = Installed.Pack.CreateAnalyzer())
        {
            foreach (var file in files)
            {
                using var frame = Installed.Load(file);
                foreach (var face in Installed.Faces(analyzer, frame))
                {
                    var vector = new float[analyzer.EmbeddingSize];
                    if (analyzer.Embed(frame, face, vector))
                    {
                        faces.Add(($"{Path.GetFileName(file)}-{faces.Count}", vector));
                    }
                }
            }
        }

        faces.Count.ShouldBeGreaterThan(30);
        Compare(faces, probes: faces.Count);
    }

    [Fact]
    public void Faces_of_lfw_are_found_as_by_floats()
    {
        var root = Path.Combine(RepoRoot.SharedData, "lfw");
        Assert.SkipUnless(Directory.Exists(root), "The pictures of Labeled Faces in the Wild are not on this machine (../shared/data/lfw), so they were not searched for.");

        // Two of each of 70 people; the benchmark program's 'match --lfw' takes all.
        var pictures = PictureFolder.Read(root).Pictures.GroupBy(p => p.Person).Where(g => g.Count() > 1).Take(70).SelectMany(g => g.Take(2)).ToArray();
        PictureEmbedder.Embed(Installed.Pack, pictures, cancellationToken: TestContext.Current.CancellationToken);
        Compare([.. pictures.Where(p => p.HasFace).Select(p => (p.Person, p.Embedding!))], probes: 140);
    }

    // Gallery: the real faces, and around them made-up look-alikes of each at distances down to a hundredth of a step of
    // quantisation, so that the bytes alone cannot rank them. Probes: every real face, with and without its own person.
    private void Compare(List<(string Person, float[] Vector)> faces, int probes)
    {
#pragma warning disable CA5394
        var random = new Random(61);
#pragma warning restore CA5394
        var all = faces.Select(f => Vectors.Template(f.Person, f.Vector)).ToList();
        foreach (var (person, vector) in faces)
        {
            foreach (var distance in (float[])[0.3f, 0.01f, 0.001f, 0.0001f, 0.00001f])
            {
                all.Add(Vectors.Template($"like {person} {distance}", Vectors.Near(random, vector, distance)));
            }
        }

        foreach (var (kernel, onDisk) in DotKernel.Supported.Select(k => (k, false)).Append((DotKernel.Best, true)))
        {
            using var gallery = new FaceGallery(Vectors.Pack, Size, new GalleryOptions { FloatsInMemory = 0, WorkingDirectory = onDisk ? _directory : null }, kernel);
            foreach (var template in all)
            {
                gallery.Add(template).ShouldBeNull();
            }

            foreach (var (person, vector) in faces.Take(kernel == DotKernel.Best ? probes : 60))
            {
                gallery.ShouldMatchAsFloatsDo(all, vector);
                gallery.ShouldMatchAsFloatsDo(all, vector, except: person);
            }
        }

    }
}
