using Devices.PowerCut.Disk;

namespace Devices.PowerCut.Tests;

/// <summary>The model is what all else rests on: what may be on a disk after a cut, and what must.</summary>
public sealed class DiskModelTests
{
    private static readonly byte[] Old = [.. Enumerable.Repeat((byte)'o', 4096)];
    private static readonly byte[] Fresh = [.. Enumerable.Repeat((byte)'n', 4096)];

    [Fact]
    public void What_was_synced_is_there_in_every_state()
    {
        DiskModel model = Model(new DiskOp.Create("a", 0), new DiskOp.Write(0, 0, Old), new DiskOp.Sync(0), new DiskOp.SyncFolder());
        foreach (DiskImage state in States(model)) state.Files["a"].ToArray().ShouldBe(Old);
    }

    [Fact]
    public void What_was_not_synced_may_be_there_or_not_or_in_part_sector_by_sector()
    {
        DiskModel model = Model(new DiskOp.Create("a", 0), new DiskOp.Write(0, 0, Old), new DiskOp.Sync(0), new DiskOp.SyncFolder(), new DiskOp.Write(0, 0, Fresh));
        byte[][] states = [.. States(model).Select(one => one.Files["a"].ToArray())];
        states.ShouldContain(one => one.All(b => b == 'o'));
        states.ShouldContain(one => one.All(b => b == 'n'));
        // Torn within a sector: new bytes first, then old ones.
        states.Any(one => Enumerable.Range(0, 8).Any(s => IsTorn(one, s * 512))).ShouldBeTrue();
        // Later sectors without earlier ones.
        states.ShouldContain(one => one[0] == 'o' && one[4095] == 'n');
        states.ShouldAllBe(one => one.All(b => b == 'o' || b == 'n'));
    }

    [Fact]
    public void A_file_may_have_grown_without_its_bytes()
    {
        DiskModel model = Model(new DiskOp.Create("a", 0), new DiskOp.Sync(0), new DiskOp.SyncFolder(), new DiskOp.Write(0, 0, Fresh));
        byte[][] states = [.. States(model).Select(one => one.Files["a"].ToArray())];
        states.ShouldContain(one => one.Length == 0);
        states.ShouldContain(one => one.Length == 4096 && one.All(b => b == 0));
    }

    [Fact]
    public void A_name_is_certain_only_when_its_folder_was_synced()
    {
        DiskModel model = Model(new DiskOp.Create("a", 0), new DiskOp.Write(0, 0, Old), new DiskOp.Sync(0));
        States(model).ShouldContain(one => one.Files.Count == 0);
        States(model).ShouldContain(one => one.Files.Count == 1);
        model.Apply(new DiskOp.SyncFolder());
        model.Apply(new DiskOp.Delete("a"));
        States(model).ShouldContain(one => one.Files.Count == 1, "a deletion may not have arrived");
        States(model).ShouldContain(one => one.Files.Count == 0);
    }

    [Fact]
    public void A_file_that_was_deleted_and_made_again_is_the_old_one_the_new_one_or_none()
    {
        DiskModel model = Model(
            new DiskOp.Create("a", 0), new DiskOp.Write(0, 0, Old), new DiskOp.Sync(0), new DiskOp.SyncFolder(),
            new DiskOp.Delete("a"), new DiskOp.Create("a", 1), new DiskOp.Write(1, 0, Fresh), new DiskOp.Sync(1));
        HashSet<string> found = [.. States(model).Select(one => one.Files.TryGetValue("a", out ReadOnlyMemory<byte> bytes) ? ((char)bytes.Span[0]).ToString() : "none")];
        found.ShouldBe(["o", "n", "none"], ignoreOrder: true);
    }

    [Fact]
    public void After_a_sync_that_failed_and_forgot_a_later_one_does_not_bring_it_back_until_it_is_written_again()
    {
        DiskModel model = Model(new DiskOp.Create("a", 0), new DiskOp.Write(0, 0, Old), new DiskOp.Sync(0), new DiskOp.SyncFolder(), new DiskOp.Write(0, 0, Fresh), new DiskOp.SyncFailed(0, Drops: true), new DiskOp.Sync(0));
        foreach (DiskImage state in States(model)) state.Files["a"].Span[0].ShouldBe((byte)'o');
        model.Apply(new DiskOp.Write(0, 100, [(byte)'x']));
        model.Apply(new DiskOp.Sync(0));
        byte[] now = States(model)[0].Files["a"].ToArray();
        (now[0], now[100]).ShouldBe(((byte)'n', (byte)'x'));
    }

    [Fact]
    public void After_a_sync_that_failed_and_kept_a_later_one_writes_it()
    {
        DiskModel model = Model(new DiskOp.Create("a", 0), new DiskOp.Write(0, 0, Fresh), new DiskOp.SyncFailed(0, Drops: false), new DiskOp.Sync(0), new DiskOp.SyncFolder());
        foreach (DiskImage state in States(model)) state.Files["a"].ToArray().ShouldBe(Fresh);
    }

    private static bool IsTorn(byte[] file, int at)
    {
        ReadOnlySpan<byte> sector = file.AsSpan(at, 512);
        int first = sector.IndexOf((byte)'o');
        return first > 0 && sector[first..].IndexOf((byte)'n') < 0;
    }

    private static DiskModel Model(params DiskOp[] ops)
    {
        DiskModel model = new(DiskImage.Empty);
        foreach (DiskOp op in ops) model.Apply(op);
        return model;
    }

    private static List<DiskImage> States(DiskModel model)
    {
        Random random = new(1);
        return [.. Enumerable.Range(0, 60).SelectMany(_ => new CutChooser(model, random).States(8))];
    }
}
