using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Ledger.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Devices.Ledger.Tests.Store;

public sealed class AppendTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Board _board = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_punch_keeps_all_its_fields_and_its_raw_clocks()
    {
        var draft = new PunchDraft
        {
            Person = "张伟-001",
            Method = PunchMethod.Face,
            Direction = PunchDirection.Out,
            Score = 0.1f,
            Threshold = 0.3f,
            Liveness = 1e-5f,
            Pack = "sface@1.0.0",
            Photo = new string('a', 64),
            Origin = "card-77",
        };
        using (LedgerStore ledger = Drafts.Open(_folder))
            ledger.Append(draft, new(111, _board.TrueMs, 222, "boot-1", true, 7)).ShouldBe(new AppendResult.Recorded(1, _board.TrueMs, true));
        using LedgerStore again = Drafts.Open(_folder);
        StoredPunch stored = again.Find(1)!;
        stored.Draft.ShouldBe(draft);
        (stored.WallMs, stored.MonotonicMs, stored.BootId).ShouldBe((111, 222, "boot-1"));
        stored.Sealed!.At.ShouldBe(_board.TrueMs);
        stored.Sealed.Clock.ShouldBe(ClockQuality.Synced);
        stored.Sealed.UncertaintyMs.ShouldBe(7);
        stored.Sealed.Ledger.ShouldBe(again.LedgerId);
        again.LedgerId.Version.ShouldBe(7);
    }

    [Fact]
    public void Iotedge_706_power_cut_at_the_moment_Append_returned_loses_nothing()
    {
        // The files as they stood when Append returned are what a board finds after the power came back.
        using LedgerStore ledger = Drafts.Open(_folder);
        for (int i = 1; i <= 40; i++)
        {
            long seq = ledger.Append(Drafts.Face("u-" + i), i % 3 == 0 ? _board.Unknown() : _board.Known()).Recorded();
            _board.Pass(1_000);
            using var cut = new TempFolder();
            foreach (string suffix in new[] { "", "-wal" })
                File.Copy(_folder.Ledger + suffix, cut.Ledger + suffix);
            using LedgerStore after = Drafts.Open(cut);
            after.LastSeq.ShouldBe(seq);
            after.Find(seq)!.Draft.Person.ShouldBe("u-" + i);
        }
    }

    [Fact]
    public void Power_cut_inside_a_commit_loses_only_the_punch_that_was_not_answered()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        for (int i = 1; i <= 5; i++) ledger.Append(Drafts.Face("u-" + i), _board.Known());
        byte[] file = Read(_folder.Ledger);
        byte[] before = Read(_folder.Ledger + "-wal");
        ledger.Append(Drafts.Face("u-6"), _board.Known());
        byte[] after = Read(_folder.Ledger + "-wal");
        after.Length.ShouldBeGreaterThan(before.Length);
        // Every prefix of the log at 512-byte sectors between the two commits, with and without a torn last sector.
        for (int length = before.Length; length <= after.Length; length += 512)
        {
            foreach (bool torn in new[] { false, true })
            {
                byte[] log = after[..length];
                if (torn) Array.Fill(log, (byte)0xA5, Math.Max(before.Length, length - 512), length - Math.Max(before.Length, length - 512));
                using var cut = new TempFolder();
                File.WriteAllBytes(cut.Ledger, file);
                File.WriteAllBytes(cut.Ledger + "-wal", log);
                using LedgerStore reopened = Drafts.Open(cut);
                reopened.LastSeq.ShouldBeInRange(5, 6);
                if (length == after.Length && !torn) reopened.LastSeq.ShouldBe(6);
                reopened.Append(Drafts.Face("next"), _board.Known()).Recorded().ShouldBe(reopened.LastSeq);
                Drafts.Verify(cut).Fault.ShouldBeNull();
            }
        }
    }

    [Fact]
    public void The_same_origin_yields_the_same_punch_over_reopening()
    {
        using (LedgerStore ledger = Drafts.Open(_folder)) ledger.Append(Drafts.Card("u-1", "mcu-1/17"), _board.Known()).Recorded().ShouldBe(1);
        using LedgerStore again = Drafts.Open(_folder);
        again.Append(Drafts.Card("u-1", "mcu-1/17"), _board.Known()).ShouldBe(new AppendResult.SameOrigin(1, _board.TrueMs));
        again.Append(Drafts.Card("u-1", "mcu-1/18"), _board.Known()).Recorded().ShouldBe(2);
        again.LastSeq.ShouldBe(2);
    }

    [Fact]
    public void A_draft_out_of_range_is_refused_with_a_sentence_and_nothing_is_written()
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        ledger.Append(Drafts.Card(""), _board.Known()).ShouldBeOfType<AppendResult.Invalid>().Reason.ShouldContain("person is empty");
        ledger.Append(Drafts.Card(new string('张', 40)), _board.Known()).ShouldBeOfType<AppendResult.Invalid>().Reason.ShouldContain("64 bytes");
        ledger.Append(Drafts.Card("u", new string('o', 129)), _board.Known()).ShouldBeOfType<AppendResult.Invalid>().Reason.ShouldContain("origin");
        ledger.Append(new() { Person = "u", Method = PunchMethod.Face }, _board.Known()).ShouldBeOfType<AppendResult.Invalid>().Reason.ShouldContain("score");
        ledger.Append(Drafts.Card("u") with { Photo = new string('A', 64) }, _board.Known()).ShouldBeOfType<AppendResult.Invalid>().Reason.ShouldContain("lower-case");
        ledger.LastSeq.ShouldBe(0);
    }

    [Theory]
    [InlineData("'; DROP TABLE punch; --")]
    [InlineData("1 OR 1=1")]
    [InlineData("=cmd|' /C calc'!A0")]
    public void Hostile_names_are_only_text(string person)
    {
        using LedgerStore ledger = Drafts.Open(_folder);
        ledger.Append(Drafts.Card(person, person), _board.Known()).Recorded().ShouldBe(1);
        ledger.LastOf(person)!.Draft.Person.ShouldBe(person);
        ledger.LastOf("u-1").ShouldBeNull();
    }

    [Fact]
    public void Iotedge_1948_below_the_reserve_punches_are_refused_and_above_it_taken_again()
    {
        var space = new Space(100_000_000);
        using LedgerStore ledger = LedgerStore.Open(new() { Path = _folder.Ledger, Terminal = "m2-001", ReserveBytes = 50_000_000 }, "boot-1", null, space);
        ledger.Append(Drafts.Card("u-1", "o-1"), _board.Known()).Recorded().ShouldBe(1);
        space.Bytes = 49_999_999;
        string reason = ledger.Append(Drafts.Card("u-2"), _board.Known()).ShouldBeOfType<AppendResult.Full>().Reason;
        reason.ShouldContain("not recorded");
        reason.ShouldContain("MiB");
        ledger.LastSeq.ShouldBe(1);
        // A card entry that was recorded before is still confirmed: it needs no room.
        ledger.Append(Drafts.Card("u-1", "o-1"), _board.Known()).ShouldBeOfType<AppendResult.SameOrigin>();
        space.Bytes = 50_000_000;
        ledger.Append(Drafts.Card("u-2"), _board.Known()).Recorded().ShouldBe(2);
    }

    [Fact]
    public void A_file_that_may_not_grow_refuses_and_keeps_what_it_has()
    {
        using (LedgerStore ledger = Drafts.Open(_folder))
        {
            ledger.Guard(c =>
            {
                using SqliteCommand limit = c.CreateCommand();
                limit.CommandText = "PRAGMA max_page_count = 24";
                limit.ExecuteScalar();
                return true;
            });
            AppendResult last = new AppendResult.Recorded(0, 0, true);
            long recorded = 0;
            while (last is AppendResult.Recorded)
            {
                last = ledger.Append(Drafts.Face("u-" + recorded), _board.Known());
                if (last is AppendResult.Recorded) recorded++;
                recorded.ShouldBeLessThan(10_000);
            }
            last.ShouldBeOfType<AppendResult.Full>().Reason.ShouldContain("full");
            ledger.LastSeq.ShouldBe(recorded);
        }
        LedgerVerdict verdict = Drafts.Verify(_folder);
        verdict.Whole.ShouldBeTrue(verdict.Fault);
        verdict.Rows.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void Thingsboard_gateway_988_points_appended_at_once_by_many_threads_get_their_own_seqs_in_one_chain()
    {
        using (LedgerStore ledger = Drafts.Open(_folder))
        {
            var seqs = new System.Collections.Concurrent.ConcurrentBag<long>();
            Parallel.For(0, 200, i => seqs.Add(ledger.Append(Drafts.Card("u-" + i), ClockReading.Known(Board.Start, i, "boot-1")).Recorded()));
            seqs.Order().ShouldBe(Enumerable.Range(1, 200).Select(i => (long)i));
        }
        Drafts.Verify(_folder).ShouldSatisfyAllConditions(v => v.Whole.ShouldBeTrue(v.Fault), v => v.Through.ShouldBe(200));
    }

    [Fact]
    public void The_file_itself_refuses_to_lose_or_alter_punches()
    {
        using (LedgerStore ledger = Drafts.Open(_folder))
            for (int i = 0; i < 3; i++) ledger.Append(Drafts.Card(), i < 2 ? _board.Known() : _board.Unknown());
        using var raw = new SqliteConnection($"Data Source={_folder.Ledger};Pooling=False");
        raw.Open();
        foreach (string attack in new[]
        {
            "DELETE FROM punch WHERE seq = 1", "DELETE FROM punch", "UPDATE punch SET at = 1 WHERE seq = 1", "UPDATE punch SET person = 'x' WHERE seq = 3",
            "UPDATE punch SET wall = 0 WHERE seq = 3", "INSERT INTO punch(seq, person, method, direction, wall, monotonic, boot) VALUES (9, 'x', 2, 0, 0, 0, 'b')",
            "DELETE FROM state", "UPDATE state SET ledger = 'x'", "UPDATE state SET terminal = 'x'",
        })
        {
            using SqliteCommand command = raw.CreateCommand();
#pragma warning disable CA2100
            command.CommandText = attack;
#pragma warning restore CA2100
            Should.Throw<SqliteException>(() => command.ExecuteNonQuery(), attack).SqliteErrorCode.ShouldBe(19, attack);
        }
    }

    private static byte[] Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
