using Devices.Edge.Vision.Enrol;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Tests.Match;
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
    public void Libfaceid_6_several_views_of_one_person_become_as_many_templates_and_the_gallery_is_left_alone()
    {
        var gallery = Empty();
        var result = Enrol(gallery, "franck", null, Installed.Clm("franck_02159.jpg"), Installed.Clm("franck_02888.jpg"), Installed.Clm("clmtrackr01.jpg"));
        result.IsEnrolled.ShouldBeTrue(result.Fault?.Message);
        result.Templates.Count.ShouldBe(3);
        result.Templates.ShouldAllBe(t => t.Person == "franck" && t.Pack == Installed.Pack.Templates);
        result.Pictures.ShouldAllBe(p => p.Use == PictureUse.Kept && p.Quality.IsGood);
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
        var result = Enrol(Empty(), "x", null, Installed.Clm("franck_02159.jpg"), Installed.Clm("scream_crop.jpg"));
        result.IsEnrolled.ShouldBeTrue("one bad picture does not spoil the good one");
        result.Templates.Count.ShouldBe(1);
        var fault = result.Pictures[1].Fault!;
        (result.Pictures[1].Use, fault.Code, fault.Picture).ShouldBe((PictureUse.Refused, EnrolmentFaultCode.NoFace, 1));
        fault.Message.ShouldStartWith("Picture 2");
    }

    [Fact]
    public void The_same_picture_twice_is_one_view_and_the_second_says_so()
    {
        var result = Enrol(Empty(), "x", null, Installed.Clm("franck_02159.jpg"), Installed.Clm("franck_02159.jpg"), Installed.Clm("franck_02888.jpg"));
        result.Templates.Count.ShouldBe(2);
        var twice = result.Pictures.Single(p => p.Use == PictureUse.NoNewView);
        twice.Note!.ShouldContain("nearly the same view as picture");
        twice.Picture.ShouldBeLessThan(2);
    }

    [Fact]
    public void Views_beyond_the_limit_are_left_out_and_the_ones_that_differ_most_are_kept()
    {
        var result = Enrol(Empty(), "x", new EnrolmentOptions { MaximumTemplates = 2 }, Installed.Clm("franck_02159.jpg"), Installed.Clm("franck_02888.jpg"), Installed.Clm("clmtrackr01.jpg"));
        result.Templates.Count.ShouldBe(2);
        result.Pictures.Single(p => p.Use == PictureUse.NoNewView).Note.ShouldBe("2 views that differ more are kept already.");
    }

    [Fact]
    public void One_picture_of_somebody_else_among_a_persons_is_left_out_and_says_whom_it_looks_like()
    {
        var gallery = People.Gallery(("obama", Installed.Clm("obama4_crop.jpg")));
        var result = Enrol(gallery, "franck", null, Installed.Clm("franck_02159.jpg"), Installed.Clm("obama4_crop.jpg"), Installed.Clm("franck_02888.jpg"));
        result.IsEnrolled.ShouldBeTrue(result.Fault?.Message);
        result.Templates.Count.ShouldBe(2);
        var fault = result.Pictures[1].Fault!;
        (fault.Code, fault.OtherPerson).ShouldBe((EnrolmentFaultCode.DifferentPersons, "obama"));
        fault.Message.ShouldContain("looks like obama");
    }

    [Fact]
    public void A_twin_is_taken_in_only_where_somebody_vouches_for_it_by_name()
    {
        var gallery = People.Gallery(("bieber", Installed.Clm("Justin-Bieber2_crop.jpg")), ("cage", Installed.Clm("cage2_crop.jpg")));
        using var enroller = new Enroller(Installed.Pack, gallery);
        using var picture = Installed.Load(Installed.Clm("bieber_small.jpg"));
        enroller.Enrol(new EnrolmentRequest("twin", [picture]) { AllowedDuplicates = ["cage"] }).Fault!.Code.ShouldBe(EnrolmentFaultCode.BelongsToAnother);
        var allowed = enroller.Enrol(new EnrolmentRequest("twin", [picture]) { AllowedDuplicates = ["bieber"] });
        allowed.IsEnrolled.ShouldBeTrue(allowed.Fault?.Message);
        allowed.AllowedDuplicates.ShouldHaveSingleItem().Person.ShouldBe("bieber");
    }

    [Fact]
    public void Another_face_under_an_enrolled_id_is_refused_unless_it_is_said_expressly()
    {
        // A mistyped id would give one person's punches to another.
        var gallery = People.Gallery(("franck", Installed.Clm("franck_02159.jpg")));
        using var enroller = new Enroller(Installed.Pack, gallery);
        using var other = Installed.Load(Installed.Clm("obama4_crop.jpg"));
        var fault = enroller.Enrol("franck", [other]).Fault!;
        fault.Code.ShouldBe(EnrolmentFaultCode.FaceChanged);
        fault.Message.ShouldContain("Check the person's id");
        enroller.Enrol(new EnrolmentRequest("franck", [other]) { ReplaceFace = true }).IsEnrolled.ShouldBeTrue();
    }

    [Fact]
    public void The_duplicate_threshold_grows_with_the_gallery()
    {
        var gallery = People.Usual();
        using var enroller = new Enroller(Installed.Pack, gallery);
        var small = enroller.DuplicateThreshold;
        var random = new Random(1);
        for (var i = 0; i < 5000; i++)
        {
            gallery.Add(Random(random, $"p{i}")).ShouldBeNull();
        }

        enroller.DuplicateThreshold.ShouldBeGreaterThan(small);
    }

    [Fact]
    public void Face_recognition_261_every_pair_that_is_hard_to_tell_apart_is_found_once()
    {
        var random = new Random(2);
        List<FaceTemplate> templates = [.. Enumerable.Range(0, 400).Select(i => Random(random, $"p{i:000}"))];
        FaceTemplate Near(FaceTemplate to, string person, float cosine)
        {
            var noise = Random(random, "x").Vector.Span;
            var along = System.Numerics.Tensors.TensorPrimitives.Dot(noise, to.Vector.Span);
            var vector = new float[noise.Length];
            for (var i = 0; i < vector.Length; i++)
            {
                vector[i] = noise[i] - (along * to.Vector.Span[i]);
            }

            var norm = System.Numerics.Tensors.TensorPrimitives.Norm<float>(vector);
            for (var i = 0; i < vector.Length; i++)
            {
                vector[i] = (cosine * to.Vector.Span[i]) + (MathF.Sqrt(1 - (cosine * cosine)) * vector[i] / norm);
            }

            return new FaceTemplate(Guid.NewGuid(), person, Installed.Pack.Templates, vector);
        }

        templates.Add(Near(templates[7], "twin", 0.8f));
        templates.Add(Near(templates[7], "twin", 0.7f));
        templates.Add(Near(templates[300], "near", 0.42f));
        templates.Add(Near(templates[200], "p200", 0.9f));
        var pairs = LookAlikes.Find(templates, threshold: 0.45f, margin: 0.05f, TestContext.Current.CancellationToken);
        pairs.Select(p => (p.First, p.Second, p.Confusable)).ShouldBe([("p007", "twin", true), ("near", "p300", false)]);
        pairs[0].Score.ShouldBe(0.8f, 0.001f);
    }

    private static FaceTemplate Random(Random random, string person) =>
        new(Guid.NewGuid(), person, Installed.Pack.Templates, Vectors.Unit(random, Installed.Pack.Manifest.Embedder.Size));

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
        fault.Code.ShouldBe(EnrolmentFaultCode.DifferentPersons);
        fault.Message.ShouldContain("Pictures 1 and 2 do not show the same person");
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
        using var enroller = new Enroller(Installed.Pack, Empty());
        using var mask = Installed.Load(Installed.Clm("vendetta.jpg"));
        using var face = Installed.Load(Installed.Clm("franck_02159.jpg"));
        enroller.Enrol(new EnrolmentRequest("x", [mask]) { RequireLive = true }).Fault!.Code.ShouldBe(EnrolmentFaultCode.NotLive);
        enroller.Enrol(new EnrolmentRequest("x", [face]) { RequireLive = true }).IsEnrolled.ShouldBeTrue();
    }
}
