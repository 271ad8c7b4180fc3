using System.Security.Cryptography;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Punching;
using Devices.Edge.Ledger.Store;

namespace Devices.Edge.Agent.Tests.Photos;

/// <summary>Evidence photos on the terminal's disk: true, sealed, bounded, and never in a punch's way.</summary>
public sealed class PhotoBoxTests
{
    private static string Sha(byte[] picture) => Convert.ToHexStringLower(SHA256.HashData(picture));

    [Fact]
    public void A_face_punch_names_the_photo_that_is_on_the_disk_sealed_and_for_this_account_alone()
    {
        using PhotoBench bench = new();
        bench.Punch().Verdict.ShouldBe(PunchVerdict.Accepted);
        bench.Ledger.Find(1)!.Sealed!.Photo.ShouldBe(Sha(PhotoBench.Picture(1)), "it is in the punch's canonical bytes");
        string file = bench.Files.ShouldHaveSingleItem();
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        byte[] bytes = File.ReadAllBytes(file);
        bytes.AsSpan().IndexOf(PhotoBench.Picture(1).AsSpan(0, 32)).ShouldBe(-1);
        bench.Acknowledge();
        WaitingPhoto photo = bench.Box.Due(bench.Ledger.Acknowledged, 10).ShouldHaveSingleItem();
        bench.Box.Read(photo).ShouldBe(PhotoBench.Picture(1));
    }

    [Fact]
    public void A_repeat_and_a_refused_punch_leave_no_photo_and_a_card_punch_has_none()
    {
        using PhotoBench bench = new();
        bench.Punch();
        bench.Book.Record(new() { Person = "ada", Method = Contract.Punches.PunchMethod.Face }, bench.Trusted.Read(), () => throw new InvalidOperationException("A repeat must not even make a picture.")).Verdict.ShouldBe(PunchVerdict.Repeat);
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        bench.Book.Record(new() { Person = "grace", Method = Contract.Punches.PunchMethod.Card }, bench.Trusted.Read());
        bench.Ledger.Find(2)!.Draft.Photo.ShouldBeNull();
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        bench.Book.Record(new() { Person = "grace", Method = Contract.Punches.PunchMethod.Face, Score = float.NaN }, bench.Trusted.Read(), () => PhotoBench.Picture(3)).Verdict.ShouldBe(PunchVerdict.Invalid);
        bench.Files.ShouldHaveSingleItem();
        bench.Box.Status.Waiting.ShouldBe(1);
    }

    [Fact]
    public void After_a_crash_photos_wait_on_and_what_no_punch_names_is_removed()
    {
        using PhotoBench bench = new();
        bench.Punch("ada", 1);
        bench.Punch("grace", 2);
        // A crash between photo and commit, one in the middle of writing, and a foreign file.
        bench.Box.Keep(3, "ada", () => PhotoBench.Picture(3)).ShouldNotBeNull();
        File.WriteAllText(Path.Combine(bench.Folder, "3-aa.photo.new"), "half");
        File.WriteAllText(Path.Combine(bench.Folder, "note.txt"), "x");
        bench.Restart();
        bench.Files.Length.ShouldBe(2);
        bench.Acknowledge();
        bench.Box.Due(bench.Ledger.Acknowledged, 10).Select(p => (p.Seq, p.Person)).ShouldBe([(1, "ada"), (2, "grace")]);
        // Another punch took that place meanwhile, with another photo.
        bench.Punch("ada", 4);
        bench.Restart();
        bench.Box.Status.Waiting.ShouldBe(3);
    }

    [Fact]
    public void A_photo_that_cannot_be_written_costs_no_punch_and_is_reported_once()
    {
        using PhotoBench bench = new();
        Directory.Delete(bench.Folder);
        File.WriteAllText(bench.Folder, "not a folder");
        bench.Punch().Verdict.ShouldBe(PunchVerdict.Accepted);
        bench.Punch().Verdict.ShouldBe(PunchVerdict.Accepted);
        bench.Ledger.Range(1, 5).ShouldAllBe(p => p.Draft.Photo == null);
        bench.Box.Status.Missed.ShouldBe(2);
        bench.Reports.ShouldHaveSingleItem().ShouldStartWith("A photo could not be written, its punch is recorded without one");
        File.Delete(bench.Folder);
        Directory.CreateDirectory(bench.Folder);
        bench.Punch();
        bench.Ledger.Find(3)!.Draft.Photo.ShouldNotBeNull();
        // No picture could be made, or a far too large one: the same.
        bench.Punch(made: () => null).Verdict.ShouldBe(PunchVerdict.Accepted);
        bench.Punch(made: () => new byte[PhotoLimits.MaxJpeg + 1]).Verdict.ShouldBe(PunchVerdict.Accepted);
        bench.Ledger.Find(5)!.Draft.Photo.ShouldBeNull();
        bench.Punch(made: () => throw new DllNotFoundException("the encoder is not there")).Verdict.ShouldBe(PunchVerdict.Accepted);
        bench.Ledger.LastSeq.ShouldBe(6);
    }

    // Azure/iotedge#835: a disk that fills up takes photos, the oldest first, and never punches.
    [Fact]
    public void Iotedge_835_as_the_disk_fills_up_the_oldest_photos_go_first_and_punches_are_recorded_without_one_until_the_ledgers_own_reserve()
    {
        using PhotoBench bench = new(new PhotoLimits { ReserveBytes = 128L << 20 });
        for (int i = 1; i <= 3; i++) bench.Punch(i % 2 == 0 ? "grace" : "ada", i);
        bench.Free = 100L << 20;
        bench.Punch("grace", 4).Verdict.ShouldBe(PunchVerdict.Accepted);
        bench.Ledger.Find(4)!.Draft.Photo.ShouldBeNull();
        bench.Box.MakeRoom(null).ShouldBe(3);
        bench.Files.ShouldBeEmpty();
        bench.Reports.Count.ShouldBe(2, string.Join('\n', bench.Reports));
        bench.Free = 10L << 20;
        bench.Punch("ada", 5).Verdict.ShouldBe(PunchVerdict.Full);
        bench.Free = 1L << 30;
        bench.Punch("ada", 6).Verdict.ShouldBe(PunchVerdict.Accepted);
        bench.Ledger.Find(5)!.Draft.Photo.ShouldNotBeNull();
        bench.Ledger.LastSeq.ShouldBe(5);
    }

    [Fact]
    public void The_folder_is_bounded_the_newest_photo_takes_the_oldests_place_and_the_sum_is_right_after_a_restart()
    {
        int one = PhotoBench.Picture(1).Length + 28;
        using PhotoBench bench = new(new PhotoLimits { MaxBytes = PhotoLimits.MaxJpeg + (2 * one) });
        for (int i = 1; i <= 5; i++) bench.Punch(i % 2 == 0 ? "grace" : "ada", i);
        bench.Ledger.Range(1, 9).ShouldAllBe(p => p.Draft.Photo != null);
        bench.Box.Status.Waiting.ShouldBe(3);
        bench.Box.Due(long.MaxValue, 9).Select(p => p.Seq).ShouldBe([3, 4, 5]);
        long bytes = bench.Box.Status.Bytes;
        bench.Restart();
        bench.Box.Status.Bytes.ShouldBe(bytes);
        bench.Files.Sum(f => new FileInfo(f).Length).ShouldBe(bytes);
    }

    [Fact]
    public void What_the_bridge_does_not_take_goes_by_age_and_only_while_the_time_is_trusted()
    {
        using PhotoBench bench = new(new PhotoLimits { Kept = TimeSpan.FromDays(14) });
        bench.Punch("ada", 1);
        bench.Wait(TimeSpan.FromDays(10));
        bench.Punch("ada", 2);
        bench.Wait(TimeSpan.FromDays(5));
        bench.Box.MakeRoom(null).ShouldBe(0);
        bench.Box.MakeRoom(bench.Clock.GetUtcNow()).ShouldBe(1);
        bench.Box.Due(long.MaxValue, 9).ShouldHaveSingleItem().Seq.ShouldBe(2);
        bench.Reports.ShouldHaveSingleItem().ShouldContain("14 days");
    }

    [Fact]
    public void An_erasure_takes_all_waiting_photos_of_that_person_and_nobody_elses()
    {
        using PhotoBench bench = new();
        bench.Punch("ada", 1);
        bench.Punch("grace", 2);
        bench.Punch("ada", 3);
        new EnrolmentDesk(bench.People, () => null, photos: bench.Box).Erase("ada").ShouldBeTrue();
        bench.Box.Due(long.MaxValue, 9).ShouldHaveSingleItem().Person.ShouldBe("grace");
        bench.Files.ShouldHaveSingleItem();
        bench.Ledger.LastSeq.ShouldBe(3, "punches stay");
        bench.Ledger.Find(1)!.Draft.Photo.ShouldNotBeNull();
    }

    [Fact]
    public void A_file_that_was_altered_or_given_another_name_is_not_sent_and_said()
    {
        using PhotoBench bench = new();
        bench.Punch("ada", 1);
        bench.Punch("grace", 2);
        string[] files = bench.Files;
        (byte[] first, byte[] second) = (File.ReadAllBytes(files[0]), File.ReadAllBytes(files[1]));
        File.WriteAllBytes(files[0], second);
        first[20] ^= 1;
        File.WriteAllBytes(files[1], first);
        foreach (WaitingPhoto photo in bench.Box.Due(long.MaxValue, 9)) bench.Box.Read(photo).ShouldBeNull();
        bench.Box.Status.Waiting.ShouldBe(0);
        bench.Box.Status.Dropped.ShouldBe(2);
        bench.Reports.ShouldHaveSingleItem();
    }

    [Fact]
    public void Switched_off_nothing_is_taken_and_what_waits_still_goes_up()
    {
        using PhotoBench bench = new();
        bench.Punch("ada", 1);
        bench.Box.Enabled = false;
        bench.Punch("ada", 2);
        bench.Ledger.Find(2)!.Draft.Photo.ShouldBeNull();
        bench.Acknowledge();
        bench.Box.Due(bench.Ledger.Acknowledged, 9).ShouldHaveSingleItem().Seq.ShouldBe(1);
    }
}
