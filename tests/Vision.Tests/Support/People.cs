using Devices.Edge.Vision.Enrol;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;

namespace Devices.Edge.Vision.Tests.Support;

/// <summary>A gallery of the sample people, each enrolled from a picture that no test probes with.</summary>
internal static class People
{
    internal static FaceGallery Gallery(params (string Person, string File)[] people)
    {
        var gallery = FaceGallery.For(Installed.Pack);
        using var enroller = new Enroller(Installed.Pack, gallery);
        foreach (var (person, file) in people)
        {
            using var picture = Installed.Load(file);
            var enrolled = enroller.Enrol(person, [picture]);
            enrolled.IsEnrolled.ShouldBeTrue(enrolled.Fault?.Message);
            gallery.Replace(person, enrolled.Templates).ShouldBeNull();
        }

        return gallery;
    }

    internal static FaceGallery Usual() => Gallery(
        ("franck", Installed.Clm("clmtrackr01.jpg")),
        ("bieber", Installed.Clm("Justin-Bieber2_crop.jpg")),
        ("cage", Installed.Clm("cage2_crop.jpg")),
        ("obama", Installed.Clm("obama4_crop.jpg")));
}
