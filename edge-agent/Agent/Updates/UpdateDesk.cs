using System.Threading.Channels;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Contract.Updates;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Ledger.Time;

namespace Devices.Edge.Agent.Updates;

/// <summary>
/// Brings this terminal to the versions that the bridge wishes and that the signed metadata allows: refresh, download, unpack beside what runs, switch at a quiet moment, and
/// after the start confirm or roll back. One package at a time; a package on trial is settled before anything else is begun.
/// </summary>
public sealed class UpdateDesk(
    UpdateOptions options, UpdateFolders folders, IUpdateSource source, TrustedClock clock, UpdateActs acts, Func<string, byte[], CancellationToken, Task<bool>> publish, Func<bool> online, Narration narration, TimeProvider time)
{
    private const int MaxWaiting = 4;
    private readonly Channel<ReadOnlyMemory<byte>> _offered = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Lock _gate = new();
    private readonly Dictionary<string, UpdateProgress> _progress = new(StringComparer.Ordinal);
    private readonly long _begin = time.GetTimestamp();

    // What runs does not change while this process does; its signatures are looked at once.
    private readonly Lazy<UpdateTarget?> _agent = new(() => options.Slot is "a" or "b" ? folders.Agent?.PackageIn(options.Slot) : null);
    private readonly Lazy<UpdateTarget?> _models = new(() => options.ModelSlot is { } slot ? folders.Models?.PackageIn(slot) : null);
    private UpdateMessage _wish = new() { Digest = "", Wanted = [] };
    private TargetsMetadata? _targets;
    private byte[] _targetsBytes = [];
    private long _refreshed = long.MinValue / 2;
    private long _notBefore = long.MinValue / 2;
    private long _answered = long.MinValue;
    private bool _lasts;
    private bool _noted;
    private string _toldAs = "-";

    /// <summary>For hello and <c>applied</c>.</summary>
    public UpdateApplied State()
    {
        lock (_gate)
        {
            return new()
            {
                Digest = _wish.Digest, Slot = options.Slot, Recovery = options.Note, Running = Running(),
                Progress = [.. _wish.Wanted.Select(one => _progress.GetValueOrDefault(Key(one)) ?? Progress(one, UpdateStates.Waiting))],
            };
        }
    }

    /// <summary>Hands a message over; any thread, does not wait. Empty to look again.</summary>
    public void Offer(ReadOnlyMemory<byte> payload) => _offered.Writer.TryWrite(payload);

    /// <summary>The bridge has answered the hello of this start: the round trip that proves the way there and back.</summary>
    public void Answered()
    {
        Interlocked.CompareExchange(ref _answered, time.GetTimestamp(), long.MinValue);
        Offer(default);
    }

    /// <summary>Versions that failed are tried again.</summary>
    public void Forgive()
    {
        folders.Agent?.Forgive();
        folders.Models?.Forgive();
        lock (_gate) _progress.Clear();
        _notBefore = long.MinValue / 2;
        Offer(default);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await TickAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlyMemory<byte> payload = await NextAsync(cancellationToken).ConfigureAwait(false);
            if (payload.Length > 0) Take(payload);
        }
    }

    /// <summary>One look at everything; for tests also without the loop.</summary>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        if (!_noted && options.Note is { } note)
        {
            narration.Warn("update", note);
            acts.Event("update-recovery", note);
        }

        _noted = true;
        Last();
        try
        {
            if (!SettleTrials() && time.GetTimestamp() >= _notBefore) await WorkAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Later(TimeSpan.FromMinutes(5));
            narration.Warn("update", $"The update cannot go on now: {fault.Message}");
        }

        await TellAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a wish in.</summary>
    public void Take(ReadOnlyMemory<byte> payload)
    {
        if (!ContractCodec.TryRead(payload.Span, ContractJson.Default.UpdateMessage, out UpdateMessage? message, out Problem? problem) || UpdateRules.Check(message!) is not null)
        {
            narration.Warn("update", $"A wish for updates was not taken: {problem?.Text ?? UpdateRules.Check(message!)}");
            return;
        }

        lock (_gate)
        {
            if (message!.Digest == _wish.Digest)
            {
                _toldAs = "-"; // Asked again: the answer did not get through.
                return;
            }

            _wish = message;
            _progress.Clear();
        }

        _refreshed = _notBefore = long.MinValue / 2;
        if (message.Wanted.Count > 0) narration.Tell("update", $"The bridge wishes {string.Join(", ", message.Wanted.Select(one => $"{one.Kind} {one.Name} {one.Version}"))}.");
    }

    // Whether something is on trial, which is settled first.
    private bool SettleTrials()
    {
        bool open = false;
        foreach ((SlotFamily? family, string kind) in new[] { (folders.Agent, UpdateKinds.Agent), (folders.Models, UpdateKinds.Models) })
        {
            if (family?.OnTrial is not { } slot) continue;
            // A trial that was made ready and is not what runs: it begins with the next start.
            if (kind == UpdateKinds.Agent ? options.Slot != slot : options.ModelSlot != slot) continue;
            open = true;
            TrialRecord? trial = family.Trial;
            if (trial is null || family.PackageIn(slot) is not { } target)
            {
                RollBack(family, kind, UpdateCodes.Damaged, "What runs cannot be read any more.");
                continue;
            }

            Note(target.Kind, target.Name, target.Version, UpdateStates.Trial, null, "It runs and has yet to prove itself.");
            string? ill = !acts.CanTakeCards() ? "ledger or controller's broker do not work" : trial.Whole && !acts.IsWhole() ? $"the terminal does not work wholly ({acts.Health()})"
                : kind == UpdateKinds.Models && acts.Pack() != $"{target.Name}@{target.Version}" ? "the models have not been loaded" : null;
            TimeSpan up = time.GetElapsedTime(_begin);
            if (ill is null && Volatile.Read(ref _answered) != long.MinValue && up >= options.Settle) Confirm(family, target);
            else if (up >= options.ConfirmWithin) RollBack(family, kind, ill is null ? UpdateCodes.NoRoundTrip : UpdateCodes.Unhealthy, ill is null ? $"No answer of the bridge came within {options.ConfirmWithin.TotalMinutes:0.#} minutes." : $"After {options.ConfirmWithin.TotalMinutes:0.#} minutes {ill}.");
        }

        return open;
    }

    private void Confirm(SlotFamily family, UpdateTarget target)
    {
        family.Confirm();
        Raise(target);
        folders.Download.Clear();
        Note(target.Kind, target.Name, target.Version, UpdateStates.Confirmed, null, null);
        narration.Tell("update", $"{target} has proved itself and stays.");
    }

    private void RollBack(SlotFamily family, string kind, string code, string why)
    {
        BadVersion bad = family.Drop(code, why);
        Note(kind, bad.Name, bad.Version, UpdateStates.RolledBack, code, why);
        string sentence = $"Version {bad.Version} of {bad.Name} is rolled back: {why}";
        narration.Warn("update", sentence);
        acts.Event("update-rolled-back", sentence);
        acts.Stop("an update is rolled back");
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<UpdateWish> wanted;
        lock (_gate) wanted = _wish.Wanted;
        // The agent last: what it brings along is best started with everything else in place.
        foreach (UpdateWish wish in wanted.OrderBy(one => one.Kind == UpdateKinds.Agent))
        {
            try
            {
                if (await OneAsync(wish, cancellationToken).ConfigureAwait(false)) return;
            }
            catch (UpdateRefusedException refused)
            {
                Refuse(wish, UpdateCodes.Metadata, refused.Message);
                Later(TimeSpan.FromMinutes(10));
            }
            catch (UpdateWaitException wait)
            {
                Note(wish, UpdateStates.Waiting, UpdateCodes.Network, wait.Message);
                // With a spread, so that a fleet that was turned away does not come back at once.
                Later((wait.After ?? TimeSpan.FromMinutes(1)) * (1 + (Random.Shared.NextDouble() / 2)));
            }
        }
    }

    // True where this one is at work and the others wait.
    private async Task<bool> OneAsync(UpdateWish wish, CancellationToken cancellationToken)
    {
        SlotFamily? family = wish.Kind == UpdateKinds.Agent ? folders.Agent : wish.Kind == UpdateKinds.Models ? folders.Models : null;
        if (Running().TryGetValue($"{wish.Kind}/{wish.Name}", out string? runs) && runs == wish.Version)
        {
            Note(wish, UpdateStates.Confirmed, null, null);
            return false;
        }

        if (wish.Kind == UpdateKinds.Firmware) return await FirmwareAsync(wish, cancellationToken).ConfigureAwait(false);
        if (family is null || (wish.Kind == UpdateKinds.Models && acts.Pack() is null && options.ModelSlot is null && !options.HasModels))
        {
            Refuse(wish, UpdateCodes.NotSetUp, wish.Kind == UpdateKinds.Models && family is not null ? "This terminal runs no models." : options.WhyOff);
            return false;
        }

        if (family.Bad.FirstOrDefault(one => one.Name == wish.Name && one.Version == wish.Version) is { } bad && !(bad.Code == UpdateCodes.NoRoundTrip && bad.Times < options.NetworkTries))
        {
            Note(wish, UpdateStates.RolledBack, bad.Code, bad.Text);
            return false;
        }

        if (await FindAsync(wish, cancellationToken).ConfigureAwait(false) is not { } target || (Unfit(target, wish) is { } unfit && !Refuse(wish, unfit.Code, unfit.Text))) return false;
        string slot = family.Spare(wish.Kind == UpdateKinds.Agent ? options.Slot is "a" or "b" ? options.Slot : null : options.ModelSlot);
        if (family.PackageIn(slot)?.Sha256 != target.Sha256 || family.Fault(slot) is not null)
        {
            await FetchAsync(wish, target, cancellationToken).ConfigureAwait(false);
            using Stream package = folders.Disk.OpenRead(folders.Download.FileOf(target));
            family.Install(slot, target, _targetsBytes, package, cancellationToken);
            narration.Tell("update", $"{target} lies in slot {slot}, checked.");
        }

        if (!acts.IsQuiet())
        {
            Note(wish, UpdateStates.Ready, null, "It waits for a moment in which nobody is at the terminal.");
            return true;
        }

        if (wish.Kind == UpdateKinds.Agent) RaiseFloor(target.StateWrites);
        family.Switch(slot, new(target.Name, target.Version, 0, acts.IsWhole()));
        Note(wish, UpdateStates.Trial, null, "It starts.");
        await TellAsync(cancellationToken).ConfigureAwait(false);
        narration.Tell("update", $"{target} starts on trial.");
        acts.Stop($"an update to {target.Kind} {target.Version}");
        Later(TimeSpan.FromMinutes(2));
        return true;
    }

    private async Task<bool> FirmwareAsync(UpdateWish wish, CancellationToken cancellationToken)
    {
        if (acts.Flasher is not { } flasher)
        {
            Refuse(wish, UpdateCodes.NotSetUp, "This terminal does not write its controller's firmware (Update:Flasher, Update:McuPort).");
            return false;
        }

        if (flasher.Failed(wish.Version) is { } failed)
        {
            Note(wish, UpdateStates.RolledBack, UpdateCodes.Unhealthy, failed);
            return false;
        }

        if (await FindAsync(wish, cancellationToken).ConfigureAwait(false) is not { } target || (Unfit(target, wish) is { } unfit && !Refuse(wish, unfit.Code, unfit.Text))) return false;
        await FetchAsync(wish, target, cancellationToken).ConfigureAwait(false);
        if (!acts.IsQuiet())
        {
            Note(wish, UpdateStates.Ready, null, "It waits for a moment in which nobody is at the terminal.");
            return true;
        }

        Note(wish, UpdateStates.Trial, null, "It is being written into the controller.");
        await TellAsync(cancellationToken).ConfigureAwait(false);
        using Stream package = folders.Disk.OpenRead(folders.Download.FileOf(target));
        if (await flasher.RunAsync(target, package, cancellationToken).ConfigureAwait(false) is { } why)
        {
            Note(wish, UpdateStates.RolledBack, UpdateCodes.Unhealthy, why);
            acts.Event("update-rolled-back", why);
            return false;
        }

        Raise(target);
        folders.Download.Clear();
        Note(wish, UpdateStates.Confirmed, null, null);
        return false;
    }

    private async Task<UpdateTarget?> FindAsync(UpdateWish wish, CancellationToken cancellationToken)
    {
        // Expiry is judged by time that is vouched for, or not at all: an untrusted clock would let through what is held back, or refuse what is good.
        ClockReading now = clock.Read();
        if (!now.Trusted)
        {
            Note(wish, UpdateStates.Waiting, UpdateCodes.Clock, "The clock is not trusted, so whether the metadata has expired cannot be judged.");
            return null;
        }

        if (_targets is null || time.GetElapsedTime(_refreshed) > options.RefreshEvery)
        {
            MetadataTrust trust = await MetadataRefresh.RunAsync(folders.Metadata!, options.FirstRoot!, source.MetadataAsync, DateTimeOffset.FromUnixTimeMilliseconds(now.AtMs), cancellationToken).ConfigureAwait(false);
            (_targets, _targetsBytes, _refreshed) = (trust.Targets, folders.Metadata!.Read("targets.json") ?? [], time.GetTimestamp());
        }

        if (_targets!.Find(wish.Kind, wish.Name, wish.Version, wish.Kind == UpdateKinds.Firmware ? options.Chip : options.Runtime) is { } target) return target;
        Refuse(wish, UpdateCodes.Unknown, $"Among the signed packages is no {wish.Kind} {wish.Name} {wish.Version} for {(wish.Kind == UpdateKinds.Firmware ? options.Chip : options.Runtime)}.");
        _targets = null; // It may be published in a moment.
        Later(TimeSpan.FromMinutes(5));
        return null;
    }

    private (string Code, string Text)? Unfit(UpdateTarget target, UpdateWish wish)
    {
        CountersRecord? counters = folders.Disk.Read(folders.CountersFile, UpdateJson.Default.CountersRecord);
        if (counters?.Counters?.GetValueOrDefault($"{target.Kind}/{target.Name}") is { } seen && target.Counter < seen)
            return (UpdateCodes.Downgrade, $"{target} is older (counter {target.Counter}) than what this terminal has had ({seen}).");
        if (target.Kind == UpdateKinds.Agent)
        {
            long floor = Math.Max(folders.Disk.Read(folders.FloorFile, UpdateJson.Default.FloorRecord)?.Format ?? 0, StateFormat.Writes);
            if (target.StateReads < floor) return (UpdateCodes.StateFormat, $"{target} cannot read this terminal's data (format {floor}; it knows {target.StateReads}).");
            if (target.StateWrites > StateFormat.Reads) return (UpdateCodes.StateFormat, $"{target} writes data in format {target.StateWrites}, which the running version could not read after a rollback: a version that reads it comes first.");
            if (target.StateWrites > options.FirstReads) return (UpdateCodes.StateFormat, $"{target} writes data in format {target.StateWrites}, which the version that this terminal was set up with could not read in an emergency: that one must be replaced at the board first.");
        }

        if (target.Kind == UpdateKinds.Models && !wish.EnrolAgain && acts.Templates() is { } own && own != target.Templates)
            return (UpdateCodes.Templates, $"{target} compares templates of {target.Templates} and this terminal has {own}: everybody would have to be enrolled again, which the release does not ask for.");
        return null;
    }

    private async Task FetchAsync(UpdateWish wish, UpdateTarget target, CancellationToken cancellationToken)
    {
        // First, so that nothing is begun that has no room; the ledger's own reserve is never touched.
        long there = folders.Disk.FileExists(folders.Download.FileOf(target)) ? target.Length / 2 : 0;
        long needed = target.Length - there + target.Unpacked + options.SpareBytes;
        if (Space(needed) is { } little) throw new UpdateWaitException(little, TimeSpan.FromMinutes(30));
        int told = -1;
        await folders.Download.RunAsync(target, () => options.BytesPerSecond, chunks =>
        {
            int percent = (int)(100L * chunks / target.ChunkCount);
            Note(wish, UpdateStates.Downloading, null, null, percent);
            if (percent / 10 == told) return;
            told = percent / 10;
            Offer(default);
        }, () => Space(options.SpareBytes), cancellationToken).ConfigureAwait(false);
    }

    private string? Space(long needed)
    {
        long free = folders.Disk.FreeBytes(folders.Root) - options.ReserveBytes;
        return free >= needed ? null : $"There is too little free space: {needed / 1048576} MiB are needed besides the reserve of punches, {Math.Max(0, free) / 1048576} MiB are there.";
    }

    private Dictionary<string, string> Running()
    {
        Dictionary<string, string> running = new(StringComparer.Ordinal);
        if (options.Slot is "a" or "b" && folders.Agent?.OnTrial != options.Slot && _agent.Value is { } agent) running[$"{agent.Kind}/{agent.Name}"] = agent.Version;
        if (options.ModelSlot is { } slot && folders.Models?.OnTrial != slot && _models.Value is { } models) running[$"{models.Kind}/{models.Name}"] = models.Version;
        else if (options.ModelSlot is null && acts.Pack()?.Split('@') is [var id, var version]) running[$"{UpdateKinds.Models}/{id}"] = version;
        if (acts.Flasher?.Running() is { } firmware) running[$"{UpdateKinds.Firmware}/mcu"] = firmware;
        return running;
    }

    private void Raise(UpdateTarget target)
    {
        Dictionary<string, long> counters = folders.Disk.Read(folders.CountersFile, UpdateJson.Default.CountersRecord)?.Counters ?? [];
        string key = $"{target.Kind}/{target.Name}";
        if (counters.GetValueOrDefault(key) >= target.Counter) return;
        counters[key] = target.Counter;
        folders.Disk.Ensure(folders.Root);
        folders.Disk.Write(folders.CountersFile, new CountersRecord(counters), UpdateJson.Default.CountersRecord);
    }

    // Before the first start of what may write it.
    private void RaiseFloor(long format)
    {
        if ((folders.Disk.Read(folders.FloorFile, UpdateJson.Default.FloorRecord)?.Format ?? 0) >= format) return;
        folders.Disk.Ensure(folders.Root);
        folders.Disk.Write(folders.FloorFile, new FloorRecord(format), UpdateJson.Default.FloorRecord);
    }

    private void Last()
    {
        if (_lasts || time.GetElapsedTime(_begin) < options.Settle) return;
        _lasts = true;
        folders.Agent?.Lasts();
        // A cut between confirming and counting: what runs confirmed counts.
        foreach ((SlotFamily? family, string? slot) in new[] { (folders.Agent, options.Slot is "a" or "b" ? options.Slot : null), (folders.Models, options.ModelSlot) })
            if (slot is not null && family?.OnTrial != slot && family?.PackageIn(slot) is { } target) Raise(target);
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        if (!online()) return;
        UpdateApplied state = State();
        byte[] payload = ContractCodec.Write(new AppliedMessage { Update = state }, ContractJson.Default.AppliedMessage);
        string told = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(payload));
        if (told == _toldAs) return;
        if (await publish(Topics.Applied, payload, cancellationToken).ConfigureAwait(false)) _toldAs = told;
    }

    private async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource tick = new(options.TickEvery, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(tick.Token, cancellationToken);
        try
        {
            return await _offered.Reader.ReadAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return default;
        }
    }

    private void Later(TimeSpan wait) => _notBefore = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);

    // False, for use in conditions.
    private bool Refuse(UpdateWish wish, string code, string text)
    {
        UpdateProgress? before;
        lock (_gate) before = _progress.GetValueOrDefault(Key(wish));
        if (before is not { State: UpdateStates.Refused } || before.Text != Shorten(text)) narration.Warn("update", $"{wish.Kind} {wish.Name} {wish.Version} is not taken: {text}");
        Note(wish, UpdateStates.Refused, code, text);
        return false;
    }

    private void Note(UpdateWish wish, string state, string? code, string? text, int percent = 0) => Note(wish.Kind, wish.Name, wish.Version, state, code, text, percent);

    private void Note(string kind, string name, string version, string state, string? code, string? text, int percent = 0)
    {
        lock (_gate)
        {
            UpdateProgress now = new() { Kind = kind, Name = name, Version = version, State = state, Code = code, Text = text is null ? null : Shorten(text), Percent = percent };
            _progress[$"{kind}/{name}/{version}"] = now;
        }
    }

    private static UpdateProgress Progress(UpdateWish wish, string state) => new() { Kind = wish.Kind, Name = wish.Name, Version = wish.Version, State = state };

    private static string Key(UpdateWish wish) => $"{wish.Kind}/{wish.Name}/{wish.Version}";

    private static string Shorten(string said)
    {
        string text = new([.. said.Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length <= UpdateRules.MaxText ? text : text[..(UpdateRules.MaxText - 1)] + "…";
    }
}
