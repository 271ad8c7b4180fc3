using System.Text.Json.Nodes;
using Devices.Bridge.Roster;
using Devices.Bridge.Roster.Events;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Devices.Standins.DingTalk;
using Microsoft.AspNetCore.Builder;

namespace Devices.Bridge.Tests.Roster;

/// <summary>A bridge that hears of changes by events only: no interval, and a reconnect's pull only where a test wants it.</summary>
internal sealed class EventBench : IAsyncDisposable
{
    private readonly PlayedPlatform _platform;

    private EventBench(PlayedPlatform platform, Bench bench) => (_platform, Bench) = (platform, bench);

    public Bench Bench { get; }

    public PlayedPlatform Platform => _platform;

    public IPeopleStore People => Bench.Get<IPeopleStore>();

    public EventStatus Status => Bench.Get<EventStatus>();

    public static async Task<EventBench> StartAsync(
        IReadOnlyList<string> people, StandinSettings? played = null, bool pullAfterReconnect = false, Action<WebApplicationBuilder>? configure = null, params IReadOnlyList<string> settings)
    {
        PlayedPlatform platform = await PlayedPlatform.StartAsync(
            (played ?? new()) with { EventRetrySeconds = played?.EventRetrySeconds is { } s and not 60 ? s : 0.4, StreamPingSeconds = 0.1, StreamDrainSeconds = 0.3 }, people);
        Bench bench = await Bench.StartAsync(platform, ["--Bridge:Platform:Kind=none"]);
        await bench.CloseAsync();
        bench.Configure = configure;
        bench.Settings =
        [
            "--Bridge:Roster:Minutes=0", $"--Bridge:Roster:RestMinutes={(pullAfterReconnect ? 0 : 1440)}", "--Bridge:Roster:ReadAgainSeconds=0.05", "--Bridge:Events:Kind=stream",
            "--Bridge:Events:ReconnectSeconds=0.05", "--Bridge:Events:ReconnectMaxSeconds=0.2", "--Bridge:Events:IdleSeconds=2", "--Bridge:Events:DrainSeconds=5", .. settings,
        ];
        await bench.OpenAsync();
        EventBench opened = new(platform, bench);
        await Until.Async(() => opened.People.PeopleAsync(SiteScope.All), p => p.Count == people.Count, "the pull at start");
        if (bench.Get<EventOptions>().Kind == "stream") await opened.UntilConnectedAsync();
        await platform.SetAsync(new { people_events = true });
        return opened;
    }

    public async Task UntilConnectedAsync(long atLeast = 1)
    {
        await Until.Async(() => Task.FromResult(Status.Connects), n => n >= atLeast, $"{atLeast} connections");
        await Until.Async(() => Task.FromResult(Status.ConnectedSince), s => s is not null, "a connection");
    }

    /// <summary>Until every event is confirmed or lost and every mark is settled.</summary>
    public async Task UntilQuietAsync()
    {
        await Until.Async(EventsAsync, e => e.All(one => one["state"]!.GetValue<string>() != "open"), "every event's end");
        await Until.Async(() => Bench.Get<IRosterMarks>().OpenAsync(), n => n == 0, "every mark's end");
    }

    public async Task<IReadOnlyList<JsonObject>> EventsAsync() => [.. (await Platform.EventsAsync())["events"]!.AsArray().Select(e => e!.AsObject())];

    public Task<IReadOnlyList<Person>> UntilPeopleAsync(Func<IReadOnlyList<Person>, bool> enough, string what) => Until.Async(() => People.PeopleAsync(SiteScope.All), enough, what);

    public Task<RosterStatus> RosterAsync() => RosterService.StatusAsync(Bench.Get<ISettingStore>(), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Bench.DisposeAsync();
        await _platform.DisposeAsync();
    }
}
