using System.Text.Json;

namespace Devices.Up;

/// <summary>A started installation with its clients: what both the show and the scenario play on.</summary>
internal sealed class Crew : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _platformLoop = Task.CompletedTask;

    private Crew(Layout layout, PortPlan ports, SamplePeople people)
    {
        Layout = layout;
        People = people;
        Stack = new(layout, ports);
        Narrator = new(Stack.Terminal, TimeProvider.System);
        Agent = new(layout.AgentSocket);
        Feed = new(Agent, Narrator.Hear);
    }

    public Layout Layout { get; }
    public SamplePeople People { get; }
    public Stack Stack { get; }
    public Narrator Narrator { get; }
    public AgentClient Agent { get; }
    public AgentFeed Feed { get; }
    public CameraClient Camera { get; private set; } = null!;
    public McuClient Mcu { get; private set; } = null!;
    public DingTalkClient DingTalk { get; private set; } = null!;

    /// <summary>Starts everything and enrols the sample folder.</summary>
    public static async Task<Crew> Muster(Layout layout, UpOptions options, int repeatSeconds, CancellationToken stop)
    {
        var crew = new Crew(layout, options.Ports, SamplePeople.Load(layout));
        try
        {
            crew.Narrator.Say("Starting the DingTalk stand-in, the camera stand-in, the bridge and one terminal; provisioning it with a certificate of its own.");
            await crew.People.LayOut(stop).ConfigureAwait(false);
            await crew.Stack.Start(crew.People, repeatSeconds, stop).ConfigureAwait(false);
            crew.Camera = new(crew.Stack.CameraAddress);
            crew.DingTalk = new(crew.Stack.DingTalkAddress);
            await crew.Stack.StartAgent(crew.Agent, stop).ConfigureAwait(false);
            JsonElement status = await crew.Agent.Status(stop).ConfigureAwait(false) ?? throw crew.Stack.Agent.Ended();
            await crew.Stack.StartMcu(BrokerPort(status, options.Ports.Mcu), stop).ConfigureAwait(false);
            crew.Mcu = new(crew.Stack.McuAddress);
            await crew.Stack.Enrol(stop).ConfigureAwait(false);
            crew.Narrator.Say($"Enrolled {crew.People.All.Count} people of the sample folder from their pictures.");
            crew._platformLoop = Task.Run(crew.WatchPlatform, CancellationToken.None);
            return crew;
        }
        catch
        {
            await crew.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Somebody comes to the terminal and stands there for a while.</summary>
    public async Task Visit(SamplePeople.Visit visit, double seconds, CancellationToken stop)
    {
        if (visit is { Start: { } start, Filter: null }) await Camera.ShowVideo(People.Source(visit.File), start, seconds, stop).ConfigureAwait(false);
        else await Camera.ShowPictures([await People.Still(visit, stop).ConfigureAwait(false)], seconds, stop).ConfigureAwait(false);
    }

    /// <summary>Two people come together.</summary>
    public async Task VisitTogether(SamplePeople.Visit one, SamplePeople.Visit other, double seconds, CancellationToken stop) =>
        await Camera.ShowPictures([await People.Still(one, stop).ConfigureAwait(false), await People.Still(other, stop).ConfigureAwait(false)], seconds, stop).ConfigureAwait(false);

    private async Task WatchPlatform()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                IReadOnlyList<PlatformRecord> records = await DingTalk.Records(_stop.Token).ConfigureAwait(false);
                if (records.Count > 0 && File.Exists(Layout.LedgerFile))
                {
                    var there = records.Select(r => (r.UserId, r.UserCheckTime)).ToHashSet();
                    Narrator.Delivered(Reconcile.Ledger(Layout.LedgerFile, Stack.Terminal)
                        .Where(p => there.Contains((p.Person, p.At)))
                        .Select(p => long.Parse(p.Id.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture)));
                }
                else Narrator.Delivered([]);
            }
            catch (Exception fault) when (fault is HttpRequestException or JsonException or Microsoft.Data.Sqlite.SqliteException or OperationCanceledException)
            {
                // Busy or stopping: the next round tells it.
            }
            try { await Task.Delay(400, _stop.Token).ConfigureAwait(false); }
            catch (OperationCanceledException) { return; }
        }
    }

    private static int BrokerPort(JsonElement status, int wanted) =>
        wanted != 0 ? wanted : status.TryGetProperty("mcu_port", out JsonElement port) ? port.GetInt32() : throw new UpFault("The agent does not say which port its broker took.");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _platformLoop.ConfigureAwait(false);
        await Feed.DisposeAsync().ConfigureAwait(false);
        await Stack.DisposeAsync().ConfigureAwait(false);
        Narrator.Dispose();
        Camera?.Dispose();
        Mcu?.Dispose();
        DingTalk?.Dispose();
        Agent.Dispose();
        _stop.Dispose();
    }
}
