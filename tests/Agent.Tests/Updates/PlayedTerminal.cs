using Devices.Contract.Messages;
using Devices.Contract.Updates;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Updates;
using Devices.Edge.Ledger.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Edge.Agent.Tests.Updates;

/// <summary>
/// A terminal's starts on a played disk: launcher, then the desk of the version that was chosen, until that one is done or has itself started again.
/// </summary>
internal sealed class PlayedTerminal(PlayedRelease release, PlayedDisk disk)
{
    private sealed class Became(string slot) : Exception
    {
        public string Slot { get; } = slot;
    }

    public PlayedDisk Disk { get; } = disk;

    public FakeTimeProvider Time { get; } = new(PlayedRelease.Now);

    /// <summary>Whether that version works; null asks for what was set up.</summary>
    public Func<string?, bool> Works { get; set; } = _ => true;

    /// <summary>Whether the bridge's answer comes through to that version.</summary>
    public Func<string?, bool> Answers { get; set; } = _ => true;

    /// <summary>Versions whose process dies at once.</summary>
    public Func<string?, bool> Dies { get; set; } = _ => false;

    public bool Quiet { get; set; } = true;

    public bool ClockTrusted { get; set; } = true;

    public string? Templates { get; set; } = "pack@1";

    public bool EnrolAgain { get; set; }

    public long FirstReads { get; set; } = 1;

    public List<string> Events { get; } = [];

    /// <summary>The version of each start; <c>first</c> for what the terminal was set up with.</summary>
    public List<string> Starts { get; } = [];

    /// <summary>What the last desk told the bridge at its end.</summary>
    public UpdateApplied? Told { get; private set; }

    public List<string> Notes { get; } = [];

    public SlotFamily Family() => SlotLauncher.Family(Disk, "/s", release.Root);

    public string? VersionOf(string? slot) => slot is null ? null : Family().PackageIn(slot)?.Version;

    /// <summary>One start. True where it asked to be started again.</summary>
    public async Task<bool> StartAsync(params UpdateWish[] wishes)
    {
        string? slot = null, note = null;
        try
        {
            SlotLauncher.Decide(Family(), (one, said) =>
            {
                note = said;
                if (one is not null) throw new Became(one);
            });
        }
        catch (Became became)
        {
            slot = became.Slot;
            // The launcher's one promise.
            Family().Fault(slot).ShouldBeNull();
        }

        string? version = VersionOf(slot);
        Starts.Add(version ?? "first");
        if (note is not null) Notes.Add(note);
        if (Dies(version)) return true;
        return await RunAsync(slot, note, version, wishes);
    }

    /// <summary>Starts until nothing more is to be done.</summary>
    public async Task SettleAsync(params UpdateWish[] wishes)
    {
        for (int i = 0; i < 14; i++)
            if (!await StartAsync(wishes)) return;
        throw new InvalidOperationException($"It did not come to rest: {string.Join(" ", Starts)}\n{string.Join("\n", Disk.Log.TakeLast(30))}");
    }

    public static UpdateWish Wish(string version, string kind = UpdateKinds.Agent, string name = "agent", bool enrolAgain = false) => new() { Kind = kind, Name = name, Version = version, EnrolAgain = enrolAgain };

    private async Task<bool> RunAsync(string? slot, string? note, string? version, UpdateWish[] wishes)
    {
        bool stop = false;
        TrustedClock clock = new(new() { BuildTimeMs = 0 }, Time, new Boot(Time), new Ntp(() => ClockTrusted), new Floor());
        UpdateFolders folders = UpdateFolders.Of(Disk, "/s", release.Root, release, Time);
        UpdateDesk desk = new(
            new() { FirstRoot = release.Root, Slot = slot ?? "first", Note = note, Runtime = "linux-x64", Settle = TimeSpan.FromSeconds(30), ConfirmWithin = TimeSpan.FromMinutes(10), HasModels = true, FirstReads = FirstReads, ReserveBytes = 64 << 20 },
            folders, release, clock,
            new() { IsWhole = () => Works(version), CanTakeCards = () => true, IsQuiet = () => Quiet, Stop = _ => stop = true, Templates = () => Templates, Pack = () => Templates, Event = (kind, text) => Events.Add($"{kind}: {text}") },
            (_, _, _) => Task.FromResult(true), () => true, new Narration(NullLogger<Narration>.Instance, Time), Time);
        desk.Take(ContractCodec.Write(new UpdateMessage { Digest = new string('1', 32), Wanted = wishes }, ContractJson.Default.UpdateMessage));
        if (Answers(version)) desk.Answered();
        for (int tick = 0; tick < 30 && !stop; tick++)
        {
            await desk.TickAsync(TestContext.Current.CancellationToken);
            Told = desk.State();
            if (!stop) Time.Advance(TimeSpan.FromSeconds(30));
        }

        return stop;
    }

    private sealed class Boot(FakeTimeProvider time) : IBootClock
    {
        public long MonotonicMs => (long)(time.GetUtcNow() - PlayedRelease.Now).TotalMilliseconds + 1000;

        public string BootId => "boot";
    }

    private sealed class Ntp(Func<bool> trusted) : INtpProbe
    {
        public NtpReading Read() => trusted() ? new(true, 5) : NtpReading.No;
    }

    private sealed class Floor : ITimeFloor
    {
        public long FloorMs { get; private set; }

        public void RaiseFloor(long atMs) => FloorMs = Math.Max(FloorMs, atMs);

        public void ResetFloor(long atMs) => FloorMs = atMs;
    }
}
