namespace Devices.Edge.Agent.Updates;

/// <summary>What the desk needs to know of this start and of the configuration.</summary>
public sealed record UpdateOptions
{
    /// <summary>The root that came with the installation; null where updates are off.</summary>
    public byte[]? FirstRoot { get; init; }

    /// <summary>Why updates are off, in a sentence.</summary>
    public string WhyOff { get; init; } = "This terminal was set up without a root of signatures (update-root.json), so it takes no updates.";

    /// <summary><c>a</c>, <c>b</c> or <c>first</c>: what runs.</summary>
    public string Slot { get; init; } = "first";

    /// <summary>Slot of the models that run; null for the configured pack.</summary>
    public string? ModelSlot { get; init; }

    /// <summary>Whether the configuration names a model pack.</summary>
    public bool HasModels { get; init; }

    /// <summary>What the launcher said about its choice.</summary>
    public string? Note { get; init; }

    /// <summary>The newest format of the state directory that the version can read with which the terminal was set up.</summary>
    public long FirstReads { get; init; } = StateFormat.Reads;

    public string Runtime { get; init; } = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    /// <summary>The controller's chip.</summary>
    public string Chip { get; init; } = "esp32s3";

    /// <summary><c>Update:KiBPerSecond</c>.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary><c>Update:ConfirmMinutes</c>: within it what is on trial must have proved itself.</summary>
    public TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>So long it must have been up at least.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan RefreshEvery { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan TickEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><c>Ledger:ReserveMiB</c>: never used for updates.</summary>
    public long ReserveBytes { get; init; }

    /// <summary>Kept free besides.</summary>
    public long SpareBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>So often a version is tried whose only fault was that the bridge did not answer.</summary>
    public int NetworkTries { get; init; } = 3;
}

/// <summary>Where updates lie: <c>STATE/updates</c>, <c>STATE/slots</c>, <c>STATE/models</c>.</summary>
public sealed record UpdateFolders(IUpdateDisk Disk, string State, SlotFamily? Agent, SlotFamily? Models, MetadataFolder? Metadata, UpdateDownload Download)
{
    public string Root => Path.Combine(State, "updates");

    public string CountersFile => Path.Combine(Root, "counters.json");

    public string FloorFile => Path.Combine(Root, "floor.json");

    /// <summary>The usual places. Without a root there are no slots.</summary>
    public static UpdateFolders Of(IUpdateDisk disk, string state, byte[]? firstRoot, IUpdateSource source, TimeProvider time)
    {
        MetadataFolder metadata = new(disk, Path.Combine(state, "updates", "metadata"));
        PackageTrust? trust = firstRoot is null ? null : new(firstRoot, metadata);
        return new(disk, state, trust is null ? null : new SlotFamily(disk, Path.Combine(state, "slots"), trust), trust is null ? null : new SlotFamily(disk, Path.Combine(state, "models"), trust),
            trust is null ? null : metadata, new UpdateDownload(disk, Path.Combine(state, "updates", "staging"), source, time));
    }
}

/// <summary>What the other parts of the agent do for updates.</summary>
public sealed record UpdateActs
{
    public required Func<bool> IsWhole { get; init; }

    public required Func<bool> CanTakeCards { get; init; }

    /// <summary>Which part does not work, in a few words.</summary>
    public Func<string> Health { get; init; } = () => "";

    /// <summary>Nobody is at the terminal and no entry is in hand.</summary>
    public required Func<bool> IsQuiet { get; init; }

    /// <summary>Ends the agent in order; it is started again.</summary>
    public required Action<string> Stop { get; init; }

    /// <summary>The loaded pack, <c>id@version</c>.</summary>
    public Func<string?> Pack { get; init; } = () => null;

    /// <summary>Which templates it compares, <c>id@version</c>.</summary>
    public Func<string?> Templates { get; init; } = () => null;

    /// <summary>Kind and sentence for the operators.</summary>
    public Action<string, string> Event { get; init; } = (_, _) => { };

    public IFlasher? Flasher { get; init; }
}

/// <summary>Writes the controller's firmware.</summary>
public interface IFlasher
{
    /// <summary>The firmware that the controller says it runs; null while it has not said.</summary>
    string? Running();

    /// <summary>Why that version is not tried again; null where it may be.</summary>
    string? Failed(string version);

    /// <summary>Null once the controller says that it runs the new version; else why not, with the version before it written back.</summary>
    Task<string?> RunAsync(Contract.Updates.UpdateTarget target, Stream package, CancellationToken cancellationToken);
}
