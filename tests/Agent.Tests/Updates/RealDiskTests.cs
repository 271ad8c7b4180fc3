using Devices.Contract.Updates;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Agent.Updates;

namespace Devices.Edge.Agent.Tests.Updates;

/// <summary>The same steps on a real disk: links, modes, renames.</summary>
public sealed class RealDiskTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly PlayedRelease _release = new();

    public void Dispose()
    {
        _release.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Slots_are_filled_switched_confirmed_and_rolled_back()
    {
        _release.Publish(_release.Agent("1.0.0"), _release.Agent("2.0.0"));
        SlotFamily family = SlotLauncher.Family(new LinuxUpdateDisk(), _scratch.Path, _release.Root);
        family.Choose(count: true).Slot.ShouldBeNull();
        Put(family, "a", 0);
        family.Choose(count: true).ShouldBe(new SlotChoice("a", true, null));
        family.Confirm();
        (family.Current, family.OnTrial, family.Choose(count: true).Slot).ShouldBe(("a", null, "a"));
        File.GetUnixFileMode(Path.Combine(family.FolderOf("a"), "Devices.Edge.Agent")).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();
        File.GetUnixFileMode(Path.Combine(family.FolderOf("a"), "lib/big.bin")).HasFlag(UnixFileMode.UserExecute).ShouldBeFalse();

        Put(family, "b", 1);
        family.Choose(count: true).Slot.ShouldBe("b");
        family.Drop(UpdateCodes.Unhealthy, "It does not work.").Version.ShouldBe("2.0.0");
        (family.Current, family.OnTrial, family.Choose(count: true).Slot).ShouldBe(("a", null, "a"));
        Put(family, "b", 1);
        family.Confirm();
        family.Choose(count: true).Slot.ShouldBe("b");
        // Links, more files, a folder in a file's place: none of it is started.
        string big = Path.Combine(family.FolderOf("b"), "lib", "big.bin"), aside = _scratch["aside"];
        File.Move(big, aside);
        File.CreateSymbolicLink(big, aside);
        family.Fault("b").ShouldNotBeNull();
        File.Delete(big);
        File.Move(aside, big);
        family.Fault("b").ShouldBeNull();
        File.CreateSymbolicLink(Path.Combine(family.FolderOf("b"), "more"), "/etc/hostname");
        family.Fault("b").ShouldNotBeNull();
        family.Choose(count: true).Slot.ShouldBe("a");
        family.Lasts();
        family.Forgive();
        family.Bad.ShouldBeEmpty();
    }

    private void Put(SlotFamily family, string slot, int index)
    {
        UpdateTarget target = _release.Targets[index];
        family.Install(slot, target, _release.TargetsBytes, new MemoryStream(_release.PackageOf(target)), TestContext.Current.CancellationToken);
        family.Switch(slot, new(target.Name, target.Version, 0, true));
    }
}
