using System.Text.Json.Nodes;
using Devices.Contract.Messages;
using Devices.Contract.Punches;

namespace Devices.Contract.Tests;

/// <summary>Public failures of punch records in other systems (tests/CASES.md lists all).</summary>
public sealed class PublicReportTests
{
    /// <summary>kurenai-ryu/pyzk#5: how a person was verified and which way they went were two bytes that a newer firmware had the other way round.</summary>
    [Fact]
    public void Pyzk_5_method_and_direction_keep_their_own_fields_in_every_combination()
    {
        HashSet<string> chains = [];
        byte[] genesis = PunchChain.Genesis(Punches.Ledger);
        foreach (PunchMethod method in Enum.GetValues<PunchMethod>())
        {
            foreach (PunchDirection direction in Enum.GetValues<PunchDirection>())
            {
                Punch punch = Punches.Face() with { Method = method, Direction = direction };
                byte[] json = ContractCodec.Write(punch, ContractJson.Default.Punch);
                ContractCodec.TryRead(json, ContractJson.Default.Punch, out Punch? back, out _).ShouldBeTrue();
                (back!.Method, back.Direction).ShouldBe((method, direction));
                chains.Add(PunchChain.ToHex(PunchChain.Next(genesis, punch))).ShouldBeTrue("no two combinations are the same punch");

                // The two the other way round are words that the fields do not have: refused, never taken for something else.
                JsonObject swapped = JsonNode.Parse(json)!.AsObject();
                (string one, string other) = ((string)swapped["method"]!, (string)swapped["direction"]!);
                (swapped["method"], swapped["direction"]) = (other, one);
                ContractCodec.TryRead(System.Text.Encoding.UTF8.GetBytes(swapped.ToJsonString()), ContractJson.Default.Punch, out _, out Problem? problem).ShouldBeFalse($"{one} as a direction, {other} as a method");
                problem!.Code.ShouldBe(ProblemCodes.Malformed);
            }
        }
    }
}
