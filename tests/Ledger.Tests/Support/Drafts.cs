using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;

namespace Devices.Ledger.Tests.Support;

internal static class Drafts
{
    public static PunchDraft Face(string person = "u-1") => new() { Person = person, Method = PunchMethod.Face, Score = 0.71f, Threshold = 0.43f, Liveness = 0.98f, Pack = "sface@1.0.0" };

    public static PunchDraft Card(string person = "u-1", string? origin = null) => new() { Person = person, Method = PunchMethod.Card, Direction = PunchDirection.In, Origin = origin };

    public static LedgerStore Open(TempFolder folder, string boot = "boot-1", IFreeSpace? space = null, TimeProvider? time = null, int maxEvents = 10_000) =>
        LedgerStore.Open(new() { Path = folder.Ledger, Terminal = "m2-001", ReserveBytes = 0, MaxEvents = maxEvents }, boot, time, space);

    public static long Recorded(this AppendResult result) => result.ShouldBeOfType<AppendResult.Recorded>().Seq;

    /// <summary>Every kept row's chain follows, checked through the read-only way.</summary>
    public static LedgerVerdict Verify(TempFolder folder)
    {
        using LedgerReader reader = LedgerReader.Open(folder.Ledger);
        return reader.Verify();
    }
}
