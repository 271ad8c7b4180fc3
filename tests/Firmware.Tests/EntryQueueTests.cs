using CsCheck;
using Devices.Firmware.Tests.Sim;
using Devices.Link;
using Devices.Terminal.Entries;

namespace Devices.Firmware.Tests;

public sealed class EntryQueueTests
{
    [Fact]
    public void Entries_come_back_in_order_after_a_boot()
    {
        MemoryStorage storage = new();
        string[] ids = [.. Fill(Open(storage, 1), 5)];
        Ids(Open(storage, 2)).ShouldBe(ids);
    }

    [Fact]
    public void A_confirmed_entry_stays_away()
    {
        MemoryStorage storage = new();
        EntryQueue queue = Open(storage, 1);
        string[] ids = [.. Fill(queue, 5)];
        queue.Drop(ids[2]).ShouldBeTrue();
        queue.Drop(ids[2]).ShouldBeFalse();
        Ids(Open(storage, 2)).ShouldBe([ids[0], ids[1], ids[3], ids[4]]);
    }

    [Fact]
    public void Truncated_at_any_byte_the_earlier_entries_survive()
    {
        MemoryStorage storage = new();
        EntryQueue queue = Open(storage, 1);
        List<(int End, string Id)> whole = [];
        for (int i = 0; i < 4; i++)
        {
            string id = Fill(queue, 1).Single();
            whole.Add((storage.Read(EntryQueue.FileName)!.Length, id));
        }

        byte[] file = storage.Read(EntryQueue.FileName)!;
        for (int length = 0; length <= file.Length; length++)
        {
            MemoryStorage torn = new();
            torn.Set(EntryQueue.FileName, file[..length]);
            string[] expected = [.. whole.Where(entry => entry.End <= length).Select(entry => entry.Id)];
            EntryQueue reopened = Open(torn, 100 + length);
            Ids(reopened).ShouldBe(expected, $"truncated to {length} bytes");

            // And it goes on working, with ids that were never used before.
            string fresh = Fill(reopened, 1).Single();
            whole.ShouldNotContain(entry => entry.Id == fresh);
            Ids(Open(torn, 200 + length)).ShouldBe([.. expected, fresh]);
        }
    }

    [Fact]
    public void A_damaged_place_costs_only_the_entry_it_is_in()
    {
        MemoryStorage storage = new();
        EntryQueue queue = Open(storage, 1);
        string[] ids = [.. Fill(queue, 6)];
        byte[] file = storage.Read(EntryQueue.FileName)!;
        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Byte[1, 255]).Sample((at, flip) =>
        {
            MemoryStorage damaged = new();
            byte[] bad = [.. file];
            bad[at] ^= flip;
            damaged.Set(EntryQueue.FileName, bad);
            EntryQueue reopened = Open(damaged, 7);
            reopened.Damaged.ShouldBeGreaterThan(0);
            reopened.Count.ShouldBeGreaterThanOrEqualTo(5);
            Ids(reopened).ShouldBeSubsetOf(ids);
            damaged.Read(EntryQueue.DamagedName).ShouldBe(bad, "the damaged file is kept for a technician");
        });
    }

    [Fact]
    public void A_power_cut_at_any_written_byte_loses_no_saved_entry_and_brings_back_no_stranger()
    {
        // The same work again and again, each time with the power gone one byte later, rewrites of the file included.
        bool finished = false;
        for (long budget = 0; !finished; budget += budget < 3000 ? 1 : 97)
        {
            MemoryStorage storage = new() { PowerLeft = budget };
            HashSet<string> saved = [];
            HashSet<string> confirmed = [];
            HashSet<string> begun = [];
            string? confirming = null;
            try
            {
                EntryQueue queue = Open(storage, 1);
                for (int i = 0; i < 120; i++)
                {
                    queue.TryNewId(out long counter, out string? id).ShouldBeTrue();
                    begun.Add(id!);
                    queue.Put(counter, id!, LinkTopics.Card, Payload(id!)).ShouldBe(PutResult.Saved);
                    saved.Add(id!);
                    if (queue.Count > 3)
                    {
                        confirming = queue.At(0).Id;
                        queue.Drop(confirming);
                        confirmed.Add(confirming);
                        saved.Remove(confirming);
                        confirming = null;
                    }
                }

                finished = true;
            }
            catch (PowerCutException)
            {
                // What was cut off here is looked at below.
            }

            storage.PowerLeft = long.MaxValue;
            string[] back = [.. Ids(Open(storage, 2))];
            back.ShouldBeUnique();
            saved.Where(id => id != confirming).ShouldBeSubsetOf(back, $"power gone after {budget} bytes");
            back.ShouldBeSubsetOf(begun);
            back.ShouldNotContain(id => confirmed.Contains(id), $"power gone after {budget} bytes");
        }
    }

    [Fact]
    public void Ids_are_never_used_twice_over_many_boots_and_damage()
    {
        MemoryStorage storage = new();
        HashSet<string> seen = [];
        for (int boot = 0; boot < 50; boot++)
        {
            EntryQueue queue = Open(storage, boot);
            foreach (string id in Fill(queue, 7))
            {
                seen.Add(id).ShouldBeTrue(id);
                LinkRules.IsId(id, LinkLimits.MaxId).ShouldBeTrue(id);
                queue.Drop(id);
            }

            if (boot % 10 == 9)
            {
                storage.Set(EntryQueue.FileName, storage.Read(EntryQueue.FileName)![..30]);
            }
        }
    }

    [Fact]
    public void Ids_are_never_used_twice_even_where_chance_gives_the_same_every_time()
    {
        MemoryStorage storage = new();
        HashSet<string> seen = [];
        for (int boot = 0; boot < 20; boot++)
        {
            // A boot without a card rewrites the journal, and then no record of the dropped entries is left in it.
            Open(storage, seed: 1);
            EntryQueue queue = Open(storage, seed: 1);
            for (int i = 0; i < 150; i++)
            {
                string id = Fill(queue, 1).Single();
                seen.Add(id).ShouldBeTrue(id);
                queue.Drop(id);
            }
        }
    }

    [Fact]
    public void The_file_stays_small_when_entries_come_and_go()
    {
        MemoryStorage storage = new();
        EntryQueue queue = Open(storage, 1);
        for (int i = 0; i < 5000; i++)
        {
            queue.Drop(Fill(queue, 1).Single());
        }

        storage.Read(EntryQueue.FileName)!.Length.ShouldBeLessThan(20000);
    }

    [Fact]
    public void A_rewrite_cut_off_between_delete_and_rename_is_finished_at_the_next_boot()
    {
        MemoryStorage storage = new();
        string[] ids = [.. Fill(Open(storage, 1), 3)];
        storage.Set(EntryQueue.TempName, storage.Read(EntryQueue.FileName)!);
        storage.Delete(EntryQueue.FileName);
        Ids(Open(storage, 2)).ShouldBe(ids);
    }

    [Fact]
    public void A_smaller_capacity_drops_nothing_that_was_promised()
    {
        MemoryStorage storage = new();
        string[] ids = [.. Fill(Open(storage, 1), 8)];
        EntryQueue small = new(storage, new SimSystem(2), 2);
        small.Load().ShouldBeTrue();
        Ids(small).ShouldBe(ids);
        small.TryNewId(out long counter, out string? id).ShouldBeTrue();
        small.Put(counter, id!, LinkTopics.Card, Payload(id!)).ShouldBe(PutResult.Full);
    }

    private static EntryQueue Open(MemoryStorage storage, int seed)
    {
        EntryQueue queue = new(storage, new SimSystem(seed), 100);
        queue.Load().ShouldBeTrue();
        return queue;
    }

    private static IEnumerable<string> Ids(EntryQueue queue) => Enumerable.Range(0, queue.Count).Select(i => queue.At(i).Id);

    private static List<string> Fill(EntryQueue queue, int count)
    {
        List<string> ids = [];
        for (int i = 0; i < count; i++)
        {
            queue.TryNewId(out long counter, out string? id).ShouldBeTrue();
            queue.Put(counter, id!, LinkTopics.Card, Payload(id!)).ShouldBe(PutResult.Saved);
            ids.Add(id!);
        }

        return ids;
    }

    private static byte[] Payload(string id) => new CardMessage { Id = id, Uid = "04A1B2C3", Boot = "b-1", UptimeMs = 5 }.Write();
}
