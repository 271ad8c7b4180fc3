using System.Reflection;
using Devices.Contract.Updates;
using Devices.Edge.Agent.Updates;

namespace Devices.Edge.Agent.Tests.Updates;

/// <summary>Public failures of updates over the air that no other test here shows (tests/CASES.md lists all).</summary>
public sealed class PublicReportTests
{
    /// <summary>renesas/iot-reference-rx#7: the signature was right on the way in, and sometimes wrong when the image was started from the flash.</summary>
    [Fact]
    public void Iot_reference_rx_7_what_the_card_did_not_keep_as_it_was_given_is_found_before_it_is_started()
    {
        using PlayedRelease release = new();
        release.Publish(release.Agent("1.0.0"));
        PlayedDisk disk = new();
        IUpdateDisk card = DispatchProxy.Create<IUpdateDisk, TiredCard>();
        TiredCard tired = (TiredCard)(object)card;
        tired.Disk = disk;
        SlotFamily family = new(card, "/s/slots", new PackageTrust(release.Root, new MetadataFolder(card, "/s/updates/metadata")));
        void Install() => family.Install("a", release.Targets[0], release.TargetsBytes, new MemoryStream(release.PackageOf(release.Targets[0])), TestContext.Current.CancellationToken);

        tired.Damages = "/s/slots/a/lib/big.bin";
        UpdateRefusedException refused = Should.Throw<UpdateRefusedException>(Install);
        refused.Message.ShouldContain("did not come out right on the disk");
        refused.Message.ShouldContain("lib/big.bin");
        family.Fault("a").ShouldNotBeNull("nor would the launcher start it");

        tired.Damages = null;
        Install();
        family.Fault("a").ShouldBeNull();
    }

    /// <summary>Says yes to everything, and has other bytes in one file by the time its folder is synced.</summary>
#pragma warning disable CA1852 // The proxy is a class derived from it at run time.
    internal class TiredCard : DispatchProxy
    {
        public IUpdateDisk Disk { get; set; } = null!;

        public string? Damages { get; set; }

        protected override object? Invoke(MethodInfo? method, object?[]? arguments)
        {
            if (method!.Name == nameof(IUpdateDisk.SyncFolder) && Damages is { } path && Disk.FileExists(path))
            {
                ((PlayedDisk)Disk).Damage(path);
                Damages = null;
            }

            try
            {
                return method.Invoke(Disk, arguments);
            }
            catch (TargetInvocationException inner)
            {
                throw inner.InnerException!;
            }
        }
    }
#pragma warning restore CA1852
}
