using System.Security.Cryptography;
using Devices.Contract.Updates;

namespace Devices.Edge.Agent.Updates;

/// <summary>What is to be started.</summary>
/// <param name="Slot"><c>a</c>, <c>b</c>, or null for what the terminal was set up with.</param>
/// <param name="Note">Where it is not simply the current one: why, in a sentence.</param>
public sealed record SlotChoice(string? Slot, bool Trial, string? Note);

/// <summary>
/// Two folders side by side, <c>a</c> and <c>b</c>, of which one runs. <c>current</c> points to the one that has proved itself, <c>trial</c> to one that has yet to.
/// Each step is one rename or one removal of a link, with everything that it rests on synced before, so that whatever instant the power goes at,
/// <see cref="Choose"/> finds a slot that is whole and signed, or takes what the terminal was set up with.
/// </summary>
public sealed class SlotFamily(IUpdateDisk disk, string folder, PackageTrust trust)
{
    /// <summary>Starts that a slot on trial has.</summary>
    public const int MaxTries = 3;

    // Starts in a row that did not last: of the current slot, then also of the other one, then what the terminal was set up with; then around again.
    private const int TryOther = 5, TryFirst = 8, Around = 12;
    private static readonly string[] Names = ["a", "b"];

    private string CurrentLink => Path.Combine(folder, "current");

    private string TrialLink => Path.Combine(folder, "trial");

    private string TrialFile => Path.Combine(folder, "trial.json");

    private string BadFile => Path.Combine(folder, "bad.json");

    private string StartsFile => Path.Combine(folder, "starts.json");

    public string? Current => Named(CurrentLink);

    public string? OnTrial => Named(TrialLink);

    public TrialRecord? Trial => OnTrial is null ? null : disk.Read(TrialFile, UpdateJson.Default.TrialRecord);

    public IReadOnlyList<BadVersion> Bad => disk.Read(BadFile, UpdateJson.Default.ListBadVersion)?.Where(one => one is { Name: not null, Version: not null, Code: not null }).ToList() ?? [];

    public string FolderOf(string slot) => Path.Combine(folder, slot);

    /// <summary>Which slot may be written over: not the one that runs, and rather not the current one.</summary>
    public string Spare(string? running) => Other(running ?? Current ?? "b");

    /// <summary>The package in a slot by its signed entry; null where that is not to be believed. Its files are not looked at.</summary>
    public UpdateTarget? PackageIn(string slot) =>
        disk.Read(RecordOf(slot), UpdateJson.Default.SlotRecord) is { Path: not null, Sha256: not null } record && disk.Read(TargetsOf(slot)) is { } targets ? trust.Find(targets, record) : null;

    /// <summary>Null where the slot is whole: signed, every file there with its size and SHA-256, and none besides. Else a sentence.</summary>
    public string? Fault(string slot)
    {
        if (PackageIn(slot) is not { } target) return "it holds no package that is signed by keys which this terminal trusts";
        try
        {
            string top = FolderOf(slot);
            byte[]? list = disk.Read(Path.Combine(top, PackageFiles.Name));
            if (list is null || Convert.ToHexStringLower(SHA256.HashData(list)) != target.Files) return "its list of files is missing or altered";
            IReadOnlyList<PackageFile> files = PackageFiles.Read(list).Files;
            HashSet<string> there = [.. disk.List(top)];
            there.Remove(PackageFiles.Name);
            foreach (PackageFile file in files)
            {
                string path = Path.Combine(top, file.Path);
                if (!there.Remove(file.Path) || disk.ReadLink(path) is not null) return $"{file.Path} is missing";
                using Stream stream = disk.OpenRead(path);
                if (stream.Length != file.Size || Convert.ToHexStringLower(SHA256.HashData(stream)) != file.Sha256) return $"{file.Path} is altered or damaged";
            }

            return there.Count == 0 ? null : $"{there.First()} is in it and does not belong there";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or UpdateRefusedException)
        {
            return $"it cannot be read ({fault.Message})";
        }
    }

    /// <summary>
    /// Which slot starts now. Counts the start of one on trial, durable before it begins. Never throws for what lies on the disk: in doubt, what proved itself before.
    /// </summary>
    /// <param name="count">Whether starts that do not last are counted (<see cref="Lasts"/>), as a launcher does.</param>
    public SlotChoice Choose(bool count)
    {
        string? note = null;
        if (OnTrial is { } trial && trial != Current)
        {
            if (TryTrial(trial, out note)) return new(trial, true, null);
        }

        int starts = count ? CountStart() : 0;
        if (Current is { } current)
        {
            string? fault = Fault(current);
            bool fails = starts > TryOther && fault is null;
            if (fault is null && !fails) return new(current, false, note);
            string why = fault is null ? $"the current version did not stay up in {starts - 1} starts" : $"the current version in slot {current}: {fault}";
            string other = Other(current);
            // The other slot holds what ran before it, and only what was confirmed once; one that is being written is not whole.
            if ((fault is not null || starts <= TryFirst) && WasConfirmed(other) && Fault(other) is null) return new(other, false, $"Recovery: {why}; the version before it runs.");
            return new(null, false, $"Recovery: {why}; what this terminal was set up with runs.");
        }

        return new(null, false, note);
    }

    /// <summary>The program has stayed up: starts begin to count anew.</summary>
    public void Lasts()
    {
        if (disk.FileExists(StartsFile)) disk.Delete(StartsFile);
    }

    /// <summary>Unpacks a package into a slot that does not run, checked on the way in and read back.</summary>
    /// <param name="targets">The signed targets that name it.</param>
    /// <exception cref="UpdateRefusedException">It is not what was signed, or did not come out right on the disk.</exception>
    public void Install(string slot, UpdateTarget target, byte[] targets, Stream package, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        disk.Ensure(folder);
        // From here on the slot is nothing, until its record is there again.
        disk.Delete(RecordOf(slot));
        disk.Delete(ConfirmedOf(slot));
        disk.SyncFolder(folder);
        string top = FolderOf(slot);
        disk.DeleteTree(top);
        disk.Ensure(top);
        HashSet<string> folders = [top];
        byte[] buffer = new byte[128 * 1024];
        PackageArchive.Extract(package, target, (file, stream) =>
        {
            string path = Path.Combine(top, file.Path), above = Path.GetDirectoryName(path)!;
            if (folders.Add(above))
            {
                disk.Ensure(above);
                for (string up = Path.GetDirectoryName(above)!; up.Length > top.Length; up = Path.GetDirectoryName(up)!) folders.Add(up);
            }

            using IUpdateFile to = disk.Append(path, file.Run);
            long length = 0;
            int read;
            while ((read = stream.Read(buffer)) > 0 && (length += read) <= file.Size) to.Write(buffer.AsSpan(0, read));
            to.Sync();
        }, cancellationToken);
        foreach (string one in folders) disk.SyncFolder(one);
        disk.SyncFolder(folder);
        disk.Write(TargetsOf(slot), targets);
        disk.Write(RecordOf(slot), new SlotRecord(target.Path, target.Sha256), UpdateJson.Default.SlotRecord);
        // What the card took is not always what it was given (renesas/iot-reference-rx#7).
        if (Fault(slot) is { } fault) throw new UpdateRefusedException(UpdateRefusal.Mismatch, $"{target} did not come out right on the disk: {fault}.");
    }

    /// <summary>The slot is started next, on trial.</summary>
    public void Switch(string slot, TrialRecord record)
    {
        disk.Write(TrialFile, record with { Tries = 0 }, UpdateJson.Default.TrialRecord);
        string fresh = TrialLink + ".new";
        disk.Delete(fresh);
        disk.Link(fresh, slot);
        disk.Rename(fresh, TrialLink);
        disk.SyncFolder(folder);
    }

    /// <summary>The slot on trial has proved itself: one rename makes it the current one.</summary>
    public void Confirm()
    {
        if (OnTrial is not { } slot) return;
        // Before the rename: the mark says that it may be gone back to, which must never lag behind.
        disk.Write(ConfirmedOf(slot), "{}"u8);
        disk.Rename(TrialLink, CurrentLink);
        disk.SyncFolder(folder);
        disk.Delete(TrialFile);
    }

    /// <summary>The slot on trial failed: it is not started any more, and its version is not tried again by itself.</summary>
    public BadVersion Drop(string code, string text)
    {
        TrialRecord? trial = Trial;
        UpdateTarget? target = OnTrial is { } slot ? PackageIn(slot) : null;
        BadVersion bad = new(target?.Name ?? trial?.Name ?? "?", target?.Version ?? trial?.Version ?? "?", code, text, 1);
        List<BadVersion> all = [.. Bad];
        int times = all.Where(one => one.Name == bad.Name && one.Version == bad.Version).Select(one => one.Times).FirstOrDefault();
        bad = bad with { Times = times + 1 };
        // The newest word on a version, and no endless list.
        all = [.. all.Where(one => one.Name != bad.Name || one.Version != bad.Version).TakeLast(31), bad];
        disk.Write(BadFile, all, UpdateJson.Default.ListBadVersion);
        disk.Delete(TrialLink);
        disk.SyncFolder(folder);
        disk.Delete(TrialFile);
        return bad;
    }

    /// <summary>Somebody wants versions that failed to be tried again.</summary>
    public void Forgive()
    {
        if (!disk.FileExists(BadFile)) return;
        disk.Delete(BadFile);
        disk.SyncFolder(folder);
    }

    private bool TryTrial(string slot, out string? note)
    {
        note = null;
        try
        {
            TrialRecord? record = disk.Read(TrialFile, UpdateJson.Default.TrialRecord);
            (string Code, string Text)? end = record is null ? (UpdateCodes.Interrupted, "Nothing is known of this trial any more.")
                : record.Tries >= MaxTries ? (UpdateCodes.Crashed, $"It was started {record.Tries} times and did not prove itself.")
                : Fault(slot) is { } fault ? (UpdateCodes.Damaged, $"It is not whole: {fault}.") : null;
            if (end is { } failed)
            {
                BadVersion bad = Drop(failed.Code, failed.Text);
                note = $"Version {bad.Version} was rolled back: {bad.Text}";
                return false;
            }

            disk.Write(TrialFile, record! with { Tries = record.Tries + 1 }, UpdateJson.Default.TrialRecord);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A start that cannot be counted could be repeated for ever.
            note = $"The trial of a new version cannot be noted on the disk ({fault.Message}); the version before it runs.";
            return false;
        }
    }

    private int CountStart()
    {
        try
        {
            int count = (disk.Read(StartsFile, UpdateJson.Default.StartsRecord)?.Count ?? 0) + 1;
            if (count > Around) count = 1;
            disk.Ensure(folder);
            disk.Write(StartsFile, new StartsRecord(count), UpdateJson.Default.StartsRecord);
            return count;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private bool WasConfirmed(string slot) => disk.FileExists(ConfirmedOf(slot));

    private string? Named(string link) => disk.ReadLink(link) is { } target && Names.Contains(target) ? target : null;

    private string RecordOf(string slot) => Path.Combine(folder, slot + ".json");

    private string TargetsOf(string slot) => Path.Combine(folder, slot + ".targets.json");

    private string ConfirmedOf(string slot) => Path.Combine(folder, slot + ".confirmed");

    private static string Other(string slot) => slot == "a" ? "b" : "a";
}
