using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Devices.Contract.Updates;

namespace Devices.Contract.Tests.Updates;

/// <summary>The attacks of TUF's specification, section 1.5.2, each against the client workflow.</summary>
public class AttackTests
{
    private readonly PlayedRepository _repository = new();

    [Fact]
    public async Task A_sound_repository_is_believed_and_kept_and_needs_only_the_timestamp_the_next_time()
    {
        (await _repository.RefreshAsync()).Targets!.Targets.Single().Version.ShouldBe("1.0.0");
        _repository.Asked.Clear();
        (await _repository.RefreshAsync()).Targets!.Targets.Single().Version.ShouldBe("1.0.0");
        _repository.Asked.Keys.ShouldBe(["2.root.json", "timestamp.json"], ignoreOrder: true);
        _repository.Publish("1.1.0");
        (await _repository.RefreshAsync()).Targets!.Targets.Single().Version.ShouldBe("1.1.0");
    }

    [Theory]
    [InlineData("timestamp.json")]
    [InlineData("1.snapshot.json")]
    [InlineData("1.targets.json")]
    public async Task Rollback_of_a_role_to_an_earlier_version_is_refused(string what)
    {
        byte[] old = _repository.Files[what];
        _repository.Publish("1.1.0");
        await _repository.RefreshAsync();
        _repository.Publish("1.2.0");
        // What was signed once, in the place of what is newer.
        _repository.Files[what.Replace("1.", "3.", StringComparison.Ordinal)] = old;
        UpdateRefusal refusal = await _repository.RefusedAsync();
        refusal.ShouldBeOneOf(what == "timestamp.json" ? [UpdateRefusal.Rollback] : [UpdateRefusal.Mismatch, UpdateRefusal.TooLong]);
    }

    [Fact]
    public async Task A_timestamp_key_alone_cannot_bring_back_an_earlier_snapshot()
    {
        byte[] oldSnapshot = _repository.Files["1.snapshot.json"];
        _repository.Publish("1.1.0");
        await _repository.RefreshAsync();
        _repository.Files["timestamp.json"] = _repository.SignedBy(UpdateRoles.Timestamp, MetadataSigner.Timestamp(50, PlayedRepository.Now.AddDays(1), 1, oldSnapshot));
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Rollback);
    }

    [Fact]
    public async Task A_snapshot_that_names_earlier_targets_or_none_is_refused_though_its_own_version_grows()
    {
        byte[] oldTargets = _repository.Files["1.targets.json"];
        _repository.Publish("1.1.0");
        await _repository.RefreshAsync();
        Offer(MetadataSigner.Snapshot(3, PlayedRepository.Now.AddDays(9), 1, oldTargets));
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Rollback);
        JsonObject empty = SignedMetadata.Body(UpdateRoles.Snapshot, 4, PlayedRepository.Now.AddDays(9));
        empty["meta"] = new JsonObject();
        Offer(empty);
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Rollback);

        void Offer(JsonObject snapshot)
        {
            long version = snapshot["version"]!.GetValue<long>();
            byte[] signed = _repository.SignedBy(UpdateRoles.Snapshot, snapshot);
            _repository.Files[$"{version}.snapshot.json"] = signed;
            _repository.Files["timestamp.json"] = _repository.SignedBy(UpdateRoles.Timestamp, MetadataSigner.Timestamp(10 + version, PlayedRepository.Now.AddDays(1), version, signed));
        }
    }

    [Theory]
    [InlineData(UpdateRoles.Timestamp)]
    [InlineData(UpdateRoles.Snapshot)]
    [InlineData(UpdateRoles.Targets)]
    [InlineData(UpdateRoles.Root)]
    public async Task Freeze_metadata_that_has_expired_is_refused_at_each_role(string role)
    {
        DateTimeOffset past = PlayedRepository.Now.AddMinutes(-1);
        if (role == UpdateRoles.Root) _repository.NextRoot(expires: past);
        _repository.Publish("1.1.0", targets: role == UpdateRoles.Targets ? past : null, snapshot: role == UpdateRoles.Snapshot ? past : null, timestamp: role == UpdateRoles.Timestamp ? past : null);
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Expired);
    }

    [Fact]
    public async Task Freeze_the_same_files_served_for_ever_are_refused_once_their_timestamp_is_over()
    {
        await _repository.RefreshAsync();
        (await _repository.RefusedAsync(PlayedRepository.Now.AddDays(3))).ShouldBe(UpdateRefusal.Expired);
    }

    [Theory]
    [InlineData(UpdateRoles.Timestamp, "timestamp.json")]
    [InlineData(UpdateRoles.Snapshot, "1.snapshot.json")]
    [InlineData(UpdateRoles.Targets, "1.targets.json")]
    public async Task Autonomous_os_202_key_substitution_a_document_signed_by_another_key_or_by_another_roles_key_is_refused(string role, string file)
    {
        long version = 1;
        foreach (ECDsa wrong in new[] { PlayedRepository.NewKey(), _repository.Keys(role == UpdateRoles.Targets ? UpdateRoles.Timestamp : UpdateRoles.Targets)[0] })
        {
            PlayedRepository bent = _repository;
            version++;
            JsonObject body = JsonNode.Parse(bent.Files[file])!["signed"]!.DeepClone().AsObject();
            byte[] forged = MetadataSigner.Sign(MetadataSigner.Draft(body), wrong);
            // With the roles above signed anew by their own keys, so that nothing but this signature is wrong.
            if (role == UpdateRoles.Targets)
            {
                byte[] snapshot = bent.SignedBy(UpdateRoles.Snapshot, MetadataSigner.Snapshot(version, PlayedRepository.Now.AddDays(9), 1, forged));
                (bent.Files["1.targets.json"], bent.Files[$"{version}.snapshot.json"]) = (forged, snapshot);
                bent.Files["timestamp.json"] = bent.SignedBy(UpdateRoles.Timestamp, MetadataSigner.Timestamp(version, PlayedRepository.Now.AddDays(1), version, snapshot));
            }
            else
            {
                bent.Files[file] = forged;
                if (role == UpdateRoles.Snapshot) bent.Files["timestamp.json"] = bent.SignedBy(UpdateRoles.Timestamp, MetadataSigner.Timestamp(version, PlayedRepository.Now.AddDays(1), 1, forged));
            }

            (await bent.RefusedAsync()).ShouldBe(UpdateRefusal.Signature);
        }
    }

    [Fact]
    public async Task Wrong_threshold_one_signature_of_two_is_too_few_and_the_same_key_twice_is_one()
    {
        _repository.Keys(UpdateRoles.Targets).Add(PlayedRepository.NewKey());
        _repository.Keys(UpdateRoles.Snapshot).Add(PlayedRepository.NewKey());
        _repository.Keys(UpdateRoles.Root).Add(PlayedRepository.NewKey());
        _repository.NextRoot(threshold: 2);
        _repository.Publish("1.1.0", targetSigners: [_repository.Keys(UpdateRoles.Targets)[0]]);
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Signature);
        JsonObject doubled = JsonNode.Parse(_repository.Files["2.targets.json"])!.AsObject();
        doubled["signatures"]!.AsArray().Add(doubled["signatures"]![0]!.DeepClone());
        RootMetadata root = RootMetadata.Read(_repository.Files["2.root.json"]);
        SignedMetadata.Read(Encoding.UTF8.GetBytes(doubled.ToJsonString()), UpdateRoles.Targets).ValidSignatures(root).ShouldBe(1);
        _repository.Publish("1.1.0");
        (await _repository.RefreshAsync()).Targets!.Targets.Single().Version.ShouldBe("1.1.0");
    }

    [Fact]
    public async Task One_key_under_two_ids_counts_once()
    {
        ECDsa key = _repository.Keys(UpdateRoles.Targets)[0];
        UpdateKey own = PlayedRepository.Public(key);
        // The same key laid out otherwise: another text, another id, the same point on the curve.
        JsonObject twin = own.ToJson();
        twin["keyval"]!["public"] = own.Pem.Replace("\n", "\r\n", StringComparison.Ordinal);
        string twinId = Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Encode(CanonicalJson.Parse(Encoding.UTF8.GetBytes(twin.ToJsonString()), "x"))));
        JsonObject root = JsonNode.Parse(_repository.Files["1.root.json"])!["signed"]!.DeepClone().AsObject();
        root["version"] = 2;
        root["keys"]![twinId] = twin;
        root["roles"]!["targets"] = new JsonObject { ["keyids"] = new JsonArray(own.Id, twinId), ["threshold"] = 2 };
        _repository.Files["2.root.json"] = _repository.SignedBy(UpdateRoles.Root, root);
        JsonObject targets = JsonNode.Parse(_repository.Files["1.targets.json"])!.AsObject();
        JsonNode other = targets["signatures"]![0]!.DeepClone();
        other["keyid"] = twinId;
        targets["signatures"]!.AsArray().Add(other);
        SignedMetadata.Read(Encoding.UTF8.GetBytes(targets.ToJsonString()), UpdateRoles.Targets).ValidSignatures(RootMetadata.Read(_repository.Files["2.root.json"])).ShouldBe(1);
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Signature);
    }

    [Fact]
    public async Task Mix_and_match_targets_of_one_release_under_the_snapshot_of_another_are_refused()
    {
        _repository.Publish("1.1.0");
        byte[] middle = _repository.Files["2.targets.json"];
        _repository.Publish("1.2.0");
        _repository.Files["3.targets.json"] = middle;
        // Signatures differ in length by a byte or two, so either the length or the hash is what does not fit.
        (await _repository.RefusedAsync()).ShouldBeOneOf(UpdateRefusal.Mismatch, UpdateRefusal.TooLong);
    }

    [Fact]
    public async Task Endless_data_is_refused_at_the_length_that_the_metadata_above_names()
    {
        _repository.Files["1.targets.json"] = [.. _repository.Files["1.targets.json"], .. new byte[64]];
        int true_length = _repository.Files["1.targets.json"].Length - 64;
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.TooLong);
        _repository.Asked["1.targets.json"].ShouldBe(true_length);
        _repository.Files["timestamp.json"] = new byte[UpdateLimits.Timestamp + 1];
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.TooLong);
        _repository.Files["2.root.json"] = new byte[UpdateLimits.Root + 1];
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.TooLong);
    }

    [Fact]
    public async Task Root_rotation_goes_version_by_version_signed_by_old_and_new_and_is_kept()
    {
        await _repository.RefreshAsync();
        ECDsa old = _repository.Keys(UpdateRoles.Root)[0];
        ECDsa next = PlayedRepository.NewKey();
        _repository.Keys(UpdateRoles.Root)[0] = next;
        _repository.NextRoot(signers: [next]);
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Signature, "not signed by the old root's keys");
        _repository.NextRoot(version: 2, signers: [old]);
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Signature, "not signed by its own keys");
        _repository.NextRoot(version: 2, signers: [old, next]);
        (await _repository.RefreshAsync()).Root.Version.ShouldBe(2);
        // The first root came with the installation; the chain is kept, and goes on from there after a start.
        _repository.Files.Remove("2.root.json");
        (await _repository.RefreshAsync()).Root.Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_root_that_skips_a_version_is_refused()
    {
        _repository.NextRoot(version: 3);
        _repository.Files["2.root.json"] = _repository.Files["3.root.json"];
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Rollback);
        _repository.Files["2.root.json"] = _repository.First;
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Rollback);
    }

    [Fact]
    public async Task A_revoked_key_signs_nothing_any_more_also_what_it_signed_before()
    {
        await _repository.RefreshAsync();
        ECDsa revoked = _repository.Keys(UpdateRoles.Targets)[0];
        _repository.Keys(UpdateRoles.Targets)[0] = PlayedRepository.NewKey();
        _repository.NextRoot();
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Signature);
        _repository.Publish("1.1.0", targetSigners: [revoked]);
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Signature);
        _repository.Publish("1.1.0");
        (await _repository.RefreshAsync()).Targets!.Targets.Single().Version.ShouldBe("1.1.0");
    }

    [Fact]
    public async Task Fast_forward_a_stolen_timestamp_key_is_undone_by_another_one()
    {
        _repository.Stamp(version: 1L << 50);
        await _repository.RefreshAsync();
        _repository.Stamp(version: 5);
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Rollback);
        _repository.Keys(UpdateRoles.Timestamp)[0] = PlayedRepository.NewKey();
        _repository.NextRoot();
        _repository.Stamp(version: 6);
        (await _repository.RefreshAsync()).Timestamp!.Document.Version.ShouldBe(6);
    }

    [Fact]
    public async Task What_was_altered_on_the_terminals_disk_is_fetched_again_and_never_believed()
    {
        _repository.Publish("1.1.0");
        await _repository.RefreshAsync();
        foreach (string name in _repository.Client.Kept.Keys.ToList())
        {
            byte[] whole = _repository.Client.Kept[name];
            foreach (byte[] bad in new[] { [], whole[..(whole.Length / 2)], [.. whole[..^20], .. new byte[20]] })
            {
                _repository.Client.Kept[name] = bad;
                (await _repository.RefreshAsync()).Targets!.Targets.Single().Version.ShouldBe("1.1.0");
            }
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"signed\":{},\"signatures\":[]}")]
    [InlineData("{\"signed\":{\"_type\":\"timestamp\",\"_type\":\"timestamp\"},\"signatures\":[]}")]
    [InlineData("{\"signed\":{\"_type\":\"timestamp\",\"spec_version\":\"1.0.33\",\"version\":1.5,\"expires\":\"2027-01-01T00:00:00Z\"},\"signatures\":[]}")]
    [InlineData("{\"signed\":{\"_type\":\"timestamp\",\"spec_version\":\"2.0\",\"version\":1,\"expires\":\"2027-01-01T00:00:00Z\"},\"signatures\":[]}")]
    [InlineData("{\"signed\":{\"_type\":\"timestamp\",\"spec_version\":\"1.0.33\",\"version\":1,\"expires\":\"tomorrow\"},\"signatures\":[]}")]
    public async Task Rubbish_is_one_sentence(string rubbish)
    {
        _repository.Files["timestamp.json"] = Encoding.UTF8.GetBytes(rubbish);
        (await _repository.RefusedAsync()).ShouldBe(UpdateRefusal.Malformed);
    }
}
