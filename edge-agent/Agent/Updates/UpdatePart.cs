using System.Globalization;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Edge.Agent.Updates;

/// <summary>Puts the parts of updates together from the configuration and from what the launcher said.</summary>
public static class UpdatePart
{
    /// <summary>
    /// Chooses the model pack of this start: one that came as an update and is whole, else the configured one. Counts the start of one on trial.
    /// </summary>
    /// <returns>The options with that pack, and its slot; null for the configured one.</returns>
    public static (AgentOptions Options, string? Slot) WithModels(AgentOptions options, Narration narration)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(narration);
        if (options.ModelPack is null || FirstRoot(options, out _) is not { } root) return (options, null);
        SlotFamily models = UpdateFolders.Of(new LinuxUpdateDisk(), options.State, root, NoSource.Instance, TimeProvider.System).Models!;
        SlotChoice choice = models.Choose(count: false);
        if (choice.Note is { } note) narration.Warn("models", note);
        return choice.Slot is { } slot ? (options with { ModelPack = models.FolderOf(slot) }, slot) : (options, null);
    }

    /// <summary>The launcher started something else than what was current: said on the screen until a sound version runs.</summary>
    public static bool IsRecovery => Environment.GetEnvironmentVariable(SlotLauncher.NoteVariable)?.StartsWith("Recovery", StringComparison.Ordinal) == true;

    public static UpdateDesk Start(
        AgentOptions options, string? modelSlot, Devices.Edge.Ledger.Time.TrustedClock clock, UpdateActs acts, Func<string, byte[], CancellationToken, Task<bool>> publish, Func<bool> online, Narration narration, TimeProvider time, Action<IDisposable> own)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(own);
        byte[]? root = FirstRoot(options, out string? whyOff);
        UpdateClient client = new(() => options.BridgeHost is not { } host ? null
            : new(options.EnrolmentHost ?? host, options.EnrolmentPort, options.BridgeServerName, options.CaFile, options.CertificateFile, options.KeyFile, () => clock.CertificateTime, BoardTpm.Of(options.Tpm)));
        own(client);
        UpdateFolders folders = UpdateFolders.Of(new LinuxUpdateDisk(), options.State, root, client, time);
        string slot = Environment.GetEnvironmentVariable(SlotLauncher.SlotVariable) is "a" or "b" ? Environment.GetEnvironmentVariable(SlotLauncher.SlotVariable)! : "first";
        bool launched = Environment.GetEnvironmentVariable(SlotLauncher.SlotVariable) is not null;
        UpdateOptions wanted = new()
        {
            FirstRoot = root, Slot = slot, ModelSlot = modelSlot, HasModels = options.ModelPack is not null, Note = Environment.GetEnvironmentVariable(SlotLauncher.NoteVariable),
            FirstReads = long.TryParse(Environment.GetEnvironmentVariable(SlotLauncher.FirstReadsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out long reads) ? reads : StateFormat.Reads,
            BytesPerSecond = options.UpdateBytesPerSecond, ConfirmWithin = options.UpdateConfirmWithin, Settle = options.UpdateSettle, ReserveBytes = options.ReserveBytes, Chip = options.UpdateChip,
        };
        if (whyOff is not null) wanted = wanted with { WhyOff = whyOff };
        // Without the launcher nobody would start what was switched to.
        if (root is not null && !launched) (wanted, folders) = (wanted with { WhyOff = "This agent was not started by its launcher (--launch), so it takes no updates of itself." }, folders with { Agent = null });
        return new(wanted, folders, client, clock, acts, publish, online, narration, time);
    }

    // The installation's own, out of this account's reach; or one that was named, for a bench.
    private static byte[]? FirstRoot(AgentOptions options, out string? whyOff)
    {
        whyOff = null;
        string file = options.UpdateRoot ?? Path.Combine(Environment.GetEnvironmentVariable(SlotLauncher.FirstFolderVariable) ?? AppContext.BaseDirectory, SlotLauncher.RootFile);
        try
        {
            if (File.Exists(file)) return File.ReadAllBytes(file);
            if (options.UpdateRoot is not null) whyOff = $"The root of signatures {file} is not there, so this terminal takes no updates.";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            whyOff = $"The root of signatures {file} cannot be read ({fault.Message}), so this terminal takes no updates.";
        }

        return null;
    }

    private sealed class NoSource : IUpdateSource
    {
        public static readonly NoSource Instance = new();

        public Task<byte[]?> MetadataAsync(string name, int maxLength, CancellationToken cancellationToken) => Task.FromResult<byte[]?>(null);

        public Task<byte[]> PartAsync(Contract.Updates.UpdateTarget target, long from, int length, CancellationToken cancellationToken) => throw new UpdateWaitException("There is no source.");
    }
}
