using System.Buffers;
using System.Text.Json.Serialization.Metadata;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Punches;
using Devices.Fuzz.Engine;

namespace Devices.Fuzz.Targets;

/// <summary>Every message between terminal, router and bridge, in both directions, with the rules that each end judges it by.</summary>
internal static class ContractTargets
{
    private const string Id = "0197b2f0-1111-7000-8000-000000000001";
    private const string Hash = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private const string Codec = "cloud-bridge/Contract/Messages/ContractCodec.cs";

    private const string Punch = $$"""
        {"terminal":"m2-001","ledger":"{{Id}}","seq":1,"person":"u1","at":1790000000000,"clock":"synced","uncertainty_ms":5,"method":"face","direction":"in","score":0.83,"threshold":0.41,"liveness":0.97,"pack":"faceplugin-rfb-512@1.2.0","photo":"{{Hash}}","chain":"{{Hash}}"}
        """;

    public static IEnumerable<FuzzTarget> All =>
    [
        Message("hello", ContractJson.Default.HelloMessage, null, $$$"""{"terminal":"m2-001","ledger":"{{{Id}}}","last_seq":7,"last_chain":"{{{Hash}}}","roster_revision":3,"applied":{"roster":{"line":"{{{Id}}}","revision":3,"erased":[{"person":"u9","revision":2,"at":1790000000000}],"people":5},"trust":{"roots":["{{{Hash}}}"]},"face_consent":true},"boot":"b1","now":1790000000000,"versions":{"agent":"1.0.0"}}"""),
        Message("punches", ContractJson.Default.PunchBatch, Batch, $$"""{"terminal":"m2-001","ledger":"{{Id}}","punches":[{{Punch}},{{Punch}}]}""") with { Files = [Codec, "cloud-bridge/Contract/Punches/PunchRules.cs", "cloud-bridge/Contract/Punches/CanonicalPunch.cs", "cloud-bridge/Contract/Punches/PunchChain.cs"] },
        Message("event", ContractJson.Default.EventMessage, null, """{"id":"e-1","kind":"tamper","at":1790000000000,"text":"The case was opened."}"""),
        Message("status", ContractJson.Default.StatusMessage, status => status.Health?.Check() ?? (status.Temperature is { } t && !double.IsFinite(t) ? "temperature is out of range." : null), """{"online":true,"at":1790000000000,"versions":{"agent":"1.0.0"},"temperature":41.5,"free_bytes":123456789,"queue":2,"last_frame_at":1790000000000,"clock":"synced","health":{"disk_bytes":1,"inodes_free":50,"disk_wear":3,"camera_fps":14.9,"mcu_queue":0,"mcu_free_bytes":40000,"liveness":true}}"""),
        Message("state", ContractJson.Default.StateMessage, null, $$$"""{"ledger":"{{{Id}}}","through":7,"chain":"{{{Hash}}}","roster_revision":3,"config_revision":4,"now":1790000000000,"slow_down_ms":50,"problem":{"code":"gap","text":"Send again."}}"""),
        Message("roster", ContractJson.Default.RosterMessage, RosterRules.Check, $$"""{"line":"{{Id}}","from":1,"through":3,"snapshot":{"id":"{{Id}}","part":1,"last":true},"people":[{"id":"u1","name":"Grace Hopper","cards":["04A1B2C3"],"departments":[1,2],"face_consent":"missing","methods":["card"]}],"gone":[{"id":"u2","revision":2}]}"""),
        Message("applied", ContractJson.Default.AppliedMessage, Applied, $$"""{"roster":{"line":"{{Id}}","revision":3,"erased":[]},"relay":{"line":"{{Id}}","revision":9,"site":"Main"},"config":{"revision":4,"digest":"{{Hash}}","settings":{"Repeat:Seconds":"60"},"refused":{},"at_restart":["Camera"]},"trust":{"roots":["{{Hash}}"]},"update":{"digest":"00112233445566778899aabbccddeeff","running":{"agent":"1.0.0"},"slot":"a","progress":[{"kind":"agent","name":"agent","version":"1.2.0","state":"downloading","percent":40}]},"commands":true}"""),
        Message("vault", ContractJson.Default.SiteRecord, SiteRules.Check, """{"kind":"person","terminal":"m2-001","person":"u1","pack":"faceplugin-rfb-512@1.2.0","version":5,"key":"0011223344556677","body":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"""),
        Message("relay", ContractJson.Default.RelayMessage, relay => relay.Records.Select(one => one is null ? "null" : SiteRules.Check(one)).FirstOrDefault(fault => fault is not null), $$"""{"line":"{{Id}}","from":0,"through":4,"exchange":"e","site":"Main","records":[{"kind":"erase","terminal":"m2-002","person":"u1","version":5,"key":"0011223344556677","body":"AAAA"}],"last":true}"""),
        Message("config", ContractJson.Default.ConfigMessage, ConfigRules.Check, $$$"""{"revision":4,"digest":"{{{Hash}}}","settings":{"Repeat:Seconds":"60","TimeZone":"Asia/Shanghai"}}"""),
        Message("trust", ContractJson.Default.TrustMessage, TrustRules.Check, $$"""{"roots":["AAAA"],"vouchers":["AAAA"],"issuing":"{{Hash}}"}"""),
        Message("update", ContractJson.Default.UpdateMessage, UpdateRules.Check, """{"digest":"00112233445566778899aabbccddeeff","wanted":[{"kind":"agent","name":"agent","version":"1.2.0","enrol_again":false}]}"""),
        Message("command", ContractJson.Default.CommandMessage, null, """{"body":"AAAA","certificate":"AAAA","signature":"AAAA"}"""),
        Message("command-body", ContractJson.Default.CommandBody, CommandRules.Check, $$"""{"id":"{{Id}}","terminal":"m2-001","kind":"open-door","arguments":{"ms":"3000"},"issued_at":1790000000000,"expires_at":1790000060000}"""),
        Message("result", ContractJson.Default.CommandResult, CommandRules.Check, $$"""{"id":"{{Id}}","state":"refused","code":"expired","text":"It came too late.","at":1790000000000,"attachment":"AAAA"}"""),
        Message("association", ContractJson.Default.AssociationBatch, AssociationRules.Check, $$"""{"spool":"{{Id}}","boot":"{{Id}}","up":123456,"list":"0011223344556677","reports":[{"seq":1,"phone":"0011223344556677","kind":"associated","boot":"{{Id}}","up":1000,"at":1790000000000}]}""") with { Files = [Codec, "cloud-bridge/Contract/Messages/AssociationRules.cs"] },
        Message("phones", ContractJson.Default.PhoneList, null, $$"""{"spool":"{{Id}}","through":5,"now":1790000000000,"list":"0011223344556677","salt":"s","phones":["0011223344556677"]}"""),
        new("contract/topic", Shape.Text, Samples.Of("d/m2-001/punches", $"d/m2-001/photo/{Hash}", "d/acl-probe/state", "d/r-1/phones"), Topic) { Files = ["cloud-bridge/Contract/Topics.cs"], Words = ["d/", "/", "+", "#", "$share/", "photo/", "m2-001"] },
        new("contract/chain-hex", Shape.Text, Samples.Of(Hash), bytes => PunchChain.TryParseHex(bytes.Text(), out byte[] chain) ? Expect(PunchChain.ToHex(chain).Equals(bytes.Text(), StringComparison.OrdinalIgnoreCase), "taken", "another text than it reads back as") : "refused") { Files = ["cloud-bridge/Contract/Punches/PunchChain.cs"] },
    ];

    private static FuzzTarget Message<T>(string name, JsonTypeInfo<T> type, Func<T, string?>? rules, string sample) where T : class =>
        new($"contract/{name}", Shape.Json, Samples.Of(sample), bytes => Read(bytes, type, rules))
        {
            Files = [Codec], Words = ["synced", "held", "corrected", "face", "card", "pin", "operator", "wifi", "in", "out", "none", "m2-001", Id, Hash], Runs = 700,
        };

    private static string Read<T>(byte[] bytes, JsonTypeInfo<T> type, Func<T, string?>? rules) where T : class
    {
        if (!ContractCodec.TryRead(bytes, type, out T? message, out Problem? problem))
            return Expect(problem is { Text.Length: > 0 and < 1_000 } && message is null, $"{problem?.Code} {problem?.Text}", "a refusal without a sentence");
        if (rules?.Invoke(message!) is { } wrong) return Expect(wrong.Length is > 0 and < 2_000, wrong, "a refusal without a sentence");
        // What is taken is kept and handed on: it must read back as the same.
        byte[] once = ContractCodec.Write(message!, type);
        if (once.Length > Protocol.MaxPayload) return "taken, long";
        if (!ContractCodec.TryRead(once, type, out T? again, out problem)) throw new FindingException($"what was taken is refused when it is written again: {problem!.Text}");
        return Expect(once.AsSpan().SequenceEqual(ContractCodec.Write(again!, type)), "taken", "what was taken reads back as something else");
    }

    private static string? Batch(PunchBatch batch)
    {
        byte[] chain = PunchChain.Genesis(batch.Ledger);
        foreach (Punch? punch in batch.Punches)
        {
            if (punch is null) return "null";
            if (PunchRules.Check(punch) is { } wrong) return wrong;
            ArrayBufferWriter<byte> canonical = new();
            CanonicalPunch.Write(punch, canonical);
            if (canonical.WrittenCount > 2_000) throw new FindingException($"the canonical bytes of a punch are {canonical.WrittenCount} long");
            chain = PunchChain.Next(chain, punch);
        }

        return null;
    }

    private static string? Applied(AppliedMessage applied) =>
        (applied.Config is { } config ? ConfigRules.Check(config) : null) ?? (applied.Trust is { } trust ? TrustRules.Check(trust) : null) ?? (applied.Update is { } update ? UpdateRules.Check(update) : null);

    private static string Topic(byte[] bytes)
    {
        string topic = bytes.Text();
        if (!Topics.TryParse(topic, out string terminal, out string leaf)) return "refused";
        if (Topics.For(terminal, leaf) != topic) throw new FindingException("the parts are not the whole");
        return Expect(PunchRules.IsTerminalName(terminal), $"taken {Topics.IsUp(leaf)} {Topics.IsDown(leaf)}", "a terminal of a name that none has");
    }

    internal static string Expect(bool sound, string answer, string otherwise) => sound ? answer : throw new FindingException(otherwise);
}
