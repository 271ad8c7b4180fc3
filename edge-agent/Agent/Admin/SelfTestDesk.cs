using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Ledger.Store;
using Devices.Link;

namespace Devices.Edge.Agent.Admin;

/// <summary><c>POST /self-test</c> and <c>GET /self-test/{id}</c>.</summary>
/// <param name="Id">128 random bits: who knows it may ask the bridge for it.</param>
/// <param name="Waiting">Whether the bridge has not acknowledged it yet.</param>
public sealed record SelfTestAnswer(Guid Id, string Terminal, Guid Ledger, long LastSeq, long Watermark, bool Waiting);

/// <summary>
/// The technician's self-test: it takes a punch's way (committed to the ledger's file, the same MQTT session, acknowledged by the bridge after its own
/// commit) but is an event and no row of the ledger. So it can never be anybody's attendance nor reach the platform, whatever a
/// later program does with punches, and the chain of the first real punch begins with that punch.
/// </summary>
public sealed class SelfTestDesk(string terminal, LedgerStore ledger, McuScreen screen, Narration narration)
{
    /// <summary>Kind of the event.</summary>
    public const string Kind = "self-test";

    /// <exception cref="LedgerException">The disk takes nothing: punches would be refused as well.</exception>
    public SelfTestAnswer Begin()
    {
        Guid id = Guid.NewGuid();
        ledger.Events.Add(Kind, "Self-test by the technician. Nobody's attendance.", id: id);
        narration.Tell("agent", $"Self-test {id:D} is on its way to the bridge. It is nobody's punch.");
        screen.Show(ScreenKind.Hint, text: "Self-test");
        return Look(id);
    }

    /// <summary>How far it is.</summary>
    public SelfTestAnswer Look(Guid id) => new(id, terminal, ledger.LedgerId, ledger.LastSeq, ledger.Acknowledged, ledger.Events.Has(id.ToString("D")));
}
