using System.Text.Json;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Store;

/// <summary>The same vectors file that Contract and the bridge test against.</summary>
public sealed class VectorTests
{
    [Fact]
    public void What_the_ledger_stores_and_reads_back_has_the_vectors_chain()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "canonical-punch-vectors.json")));
        int count = 0;
        foreach (JsonElement vector in document.RootElement.GetProperty("vectors").EnumerateArray())
        {
            Punch punch = vector.GetProperty("punch").Deserialize(ContractJson.Default.Punch)!;
            using var folder = new TempFolder();
            using LedgerStore ledger = LedgerStore.Open(new() { Path = folder.Ledger, Terminal = punch.Terminal, ReserveBytes = 0 }, "boot-1");
            ledger.Append(new() { Person = punch.Person, Method = punch.Method, Direction = punch.Direction, Score = punch.Score, Threshold = punch.Threshold, Liveness = punch.Liveness, Pack = punch.Pack, Photo = punch.Photo }, ClockReading.Known(punch.At, 1, "boot-1"));
            // Through SQLite every field must come back to the bit: the chain over the vector's place and identity says so.
            Punch back = ledger.SealedRange(1, 1)[0] with { Ledger = punch.Ledger, Seq = punch.Seq, Clock = punch.Clock, UncertaintyMs = punch.UncertaintyMs };
            PunchChain.ToHex(PunchChain.Next(Convert.FromHexString(vector.GetProperty("previous").GetString()!), back)).ShouldBe(vector.GetProperty("chain").GetString());
            count++;
        }
        count.ShouldBeGreaterThanOrEqualTo(6);
    }
}
