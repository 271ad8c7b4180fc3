using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Devices.Bridge.Notices;
using Devices.Bridge.Store;
using Devices.Bridge.Tests.Delivery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Bridge.Tests.Notices;

/// <summary>A whole bridge whose notices are looked after by hand, before the stand-in's work notifications.</summary>
internal sealed class NoticeBench : IAsyncDisposable
{
    private NoticeBench(PlayedPlatform platform, Bench bench) => (Platform, Bench) = (platform, bench);

    public PlayedPlatform Platform { get; }
    public Bench Bench { get; }
    public LedgerMaker Ledger { get; } = new();
    public INoticeStore Store => Bench.Get<INoticeStore>();

    public static string[] Usual => ["--Bridge:Notices:AgentId=1001", "--Bridge:Notices:Guardians=true", "--Bridge:Notices:Language=en", "--Bridge:Notices:PollSeconds=3600", "--Bridge:Notices:CheckSeconds=0", "--Bridge:Notices:RetrySeconds=0.01"];

    public static async Task<NoticeBench> StartAsync(params string[] settings)
    {
        PlayedPlatform platform = await PlayedPlatform.StartAsync();
        Bench bench = await Bench.StartAsync(platform, [.. Usual, .. settings]);
        await Until.Async(() => bench.Get<IPeopleStore>().PeopleAsync(SiteScope.All), p => p.Count == 4, "the roster");
        // What was before it was switched on is told to nobody: the first look makes the mark.
        if (!settings.Contains("--Bridge:Notices:Guardians=false")) await Until.Async(() => bench.Get<ISettingStore>().GetSettingAsync("notices.punches"), m => m is not null, "the mark");
        return new(platform, bench);
    }

    public Task ConsentAsync(string person, params ReadOnlySpan<string> recipients)
    {
        List<Task> all = [];
        foreach (string recipient in recipients) all.Add(Store.AddConsentAsync(new(person, recipient, "v1", "mother", 1, "hr", null, null)));
        return Task.WhenAll(all);
    }

    public Task<TimeSpan> LookAsync() => Bench.Get<NoticeService>().StepAsync(CancellationToken.None);

    /// <summary>The sender with a clock of its own.</summary>
    public NoticeSender SenderAt(DateTimeOffset time) => ActivatorUtilities.CreateInstance<NoticeSender>(Bench.App.Services, new FakeTimeProvider(time));

    public async Task<NoticeRow> OnlyAsync() => (await Store.NoticesAsync(50)).ShouldHaveSingleItem();

    /// <summary>What people got on their phones.</summary>
    public async Task<IReadOnlyList<(string Person, string Text)>> GotAsync() => [.. (await AllAsync()).Where(p => p.Code is null).Select(p => (p.Person, p.Text))];

    /// <summary>Everything that the platform answered with success, also what it dropped.</summary>
    public Task<IReadOnlyList<(string Person, string Text, string? Code)>> AllAsync() => AllAsync(Platform);

    public static async Task<IReadOnlyList<(string Person, string Text, string? Code)>> AllAsync(PlayedPlatform platform)
    {
        using HttpClient http = new();
        return [.. (await http.GetFromJsonAsync<JsonObject>(new Uri(platform.Address, "_standin/notices")))!["tasks"]!.AsArray()
            .SelectMany(t => t!["people"]!.AsArray().Select(p => (p!["userid"]!.GetValue<string>(), t["text"]!.GetValue<string>(), p["code"]?.GetValue<string>())))];
    }

    public async ValueTask DisposeAsync()
    {
        await Bench.DisposeAsync();
        await Platform.DisposeAsync();
    }
}
