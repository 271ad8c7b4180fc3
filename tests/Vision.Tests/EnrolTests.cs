using Devices.Edge.Vision.Enrol;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Edge.Vision.Tests;

public sealed class EnrolTests
{
    private static EnrolmentResult Enrol(FaceGallery gallery, string person, EnrolmentOptions? options, params string[] files)
    {
        using var enroller = new Enroller(Installed.Pack, gallery, options);
        var pictures = files.Select(f => Installed.Load(f)).ToArray();
        try
        {
            return enroller.Enrol(person, pictures);
        }
        finally
        {
            Array.ForEach(pictures, p => p.Dispose());
        }
    }

    private static FaceGallery Empty() => FaceGallery.For(Installed.Pack);

    [Fact]
    public void Several_views_of_one_person_become_as_many_templates_and_the_gallery_is_left_alone()
    {
        var gallery = Empty();
        var result = Enrol(gallery, "franck", null, Installed.Clm("franck_02159.jpg"), Installed.Clm("franck_02888.jpg"), Installed.Clm("clmtrackr01.jpg"));
        result.IsEnrolled.ShouldBeTrue(result.Fault?.Message);
        result.Templates.Count.ShouldBe(3);
        result.Templates.ShouldAllBe(t => t.Person == "franck" && t.Pack == Installed.Pack.Reference);
        result.Qualities.ShouldAllBe(q => q.IsGood);
        gallery.Count.ShouldBe(0);
        gallery.Replace("franck", [.. result.Templates]).ShouldBeNull();
        gallery.Count.ShouldBe(3);
    }

    [Fact]
    public void No_picture_is_named()
    {
        Enrol(Empty(), "x", null).Fault!.Code.ShouldBe(EnrolmentFaultCode.NoPictures);
    }

    [Fact]
    public void A_picture_without_a_face_is_named_by_its_number()
    {
        var fault = Enrol(Empty(), "x", null, Installed.Clm("franck_02159.jpg"), Installed.Clm("scream_crop.jpg")).Fault!;
        (fault.Code, fault.Picture).ShouldBe((EnrolmentFaultCode.NoFace, 1));
        fault.Message.ShouldStartWith("Picture 2");
    }

    [Fact]
    public void A_group_picture_is_refused()
    {
        var fault = Enrol(Empty(), "x", null, Installed.Group(5)).Fault!;
        fault.Code.ShouldBe(EnrolmentFaultCode.SeveralFaces);
        fault.Message.ShouldContain("5 faces");
    }

    [Fact]
    public void A_poor_picture_is_refused_with_what_is_wrong_and_a_hint()
    {
        using var face = Installed.Load(Installed.Clm("franck_02159.jpg"));
        using var far = Scene.Wall(640, 480, default);
        Scene.Draw(far, face, 250, 150, 150);
        using var enroller = new Enroller(Installed.Pack, Empty());
        var fault = enroller.Enrol("x", [far]).Fault!;
        fault.Code.ShouldBe(EnrolmentFaultCode.PoorQuality);
        fault.HintKey.ShouldBe("face.come-closer");
        fault.Message.ShouldContain("too far away");
    }

    [Fact]
    public void Pictures_of_two_people_are_refused()
    {
        var fault = Enrol(Empty(), "x", null, Installed.Clm("franck_02159.jpg"), Installed.Clm("obama4_crop.jpg")).Fault!;
        (fault.Code, fault.Picture).ShouldBe((EnrolmentFaultCode.DifferentPersons, 1));
    }

    [Fact]
    public void A_face_that_belongs_to_someone_else_is_refused_with_their_name_but_a_new_enrolment_of_the_same_person_is_not()
    {
        var gallery = People.Gallery(("bieber", Installed.Clm("Justin-Bieber2_crop.jpg")));
        var fault = Enrol(gallery, "impostor", null, Installed.Clm("bieber_small.jpg")).Fault!;
        fault.Code.ShouldBe(EnrolmentFaultCode.BelongsToAnother);
        fault.OtherPerson.ShouldBe("bieber");
        Enrol(gallery, "bieber", null, Installed.Clm("bieber_small.jpg")).IsEnrolled.ShouldBeTrue();
    }

    [Fact]
    public void A_mask_cannot_be_enrolled_at_a_terminal()
    {
        var fault = Enrol(Empty(), "x", new EnrolmentOptions { RequireLive = true }, Installed.Clm("vendetta.jpg")).Fault!;
        fault.Code.ShouldBe(EnrolmentFaultCode.NotLive);
        Enrol(Empty(), "x", new EnrolmentOptions { RequireLive = true }, Installed.Clm("franck_02159.jpg")).IsEnrolled.ShouldBeTrue();
    }
}
