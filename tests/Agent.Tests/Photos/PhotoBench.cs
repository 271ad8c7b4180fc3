using Devices.Contract.Punches;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Punching;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Ledger.Uplink;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Devices.Edge.Agent.Tests.Photos;

/// <summary>Real ledger, gallery and box in a directory; the disk's free space, the link and the time are the test's.</summary>
internal sealed class PhotoBench : IFreeSpace, IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly TemplateVault _vault;

    public PhotoBench(PhotoLimits? limits = null)
    {
        Limits = limits ?? new();
        Ledger = OpenLedger();
        _vault = TemplateVault.Open(_scratch["templates.key"]);
        People = PeopleStore.Open(_scratch["gallery.db"], _vault, TimeProvider.System);
        foreach (string person in (string[])["ada", "grace"]) People.Put(person, person, null, null, null).ShouldBeNull();
        Trusted = new(new TrustedClockOptions(), Clock, Clock, Clock, Ledger);
        Box = OpenBox();
        Book = new(Ledger, TimeSpan.FromSeconds(60), Box);
        Narration = new(NullLogger<Narration>.Instance, TimeProvider.System);
    }

    public BenchClock Clock { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public PhotoLimits Limits { get; }

    public long Free { get; set; } = 10L << 30;

    public LedgerStore Ledger { get; private set; }

    public PeopleStore People { get; }

    public TrustedClock Trusted { get; }

    public PhotoBox Box { get; private set; }

    public PunchBook Book { get; private set; }

    public Narration Narration { get; }

    public List<string> Reports { get; } = [];

    /// <summary>Null while there is no link.</summary>
    public TimeSpan? Quiet { get; set; } = TimeSpan.Zero;

    /// <summary>What the bridge says to each photo, by its SHA-256.</summary>
    public Func<string, PublishAnswer> Bridge { get; set; } = _ => new(true, null, null, 0);

    /// <summary>What went up.</summary>
    public List<(string Leaf, byte[] Jpeg)> Sent { get; } = [];

    public string Folder => _scratch["photos"];

    public string[] Files => [.. Directory.GetFiles(Folder).Order(StringComparer.Ordinal)];

    public long AvailableBytes(string directory) => Free;

    public static byte[] Picture(int number) => [0xff, 0xd8, 0xff, 0xe0, .. Enumerable.Range(0, 4_000).Select(i => (byte)(i * number))];

    public PhotoSender Sender() => new(Box, Ledger, People, Trusted, (leaf, jpeg, _) =>
    {
        Sent.Add((leaf, jpeg));
        return Task.FromResult(Bridge(leaf["photo/".Length..]));
    }, () => Quiet, Narration, Time);

    /// <summary>A face punch with its picture; two minutes later than the one before.</summary>
    public PunchAnswer Punch(string person = "ada", int picture = 1, Func<byte[]?>? made = null)
    {
        Clock.Advance(TimeSpan.FromMinutes(2));
        return Book.Record(new() { Person = person, Method = PunchMethod.Face, Score = 0.7f, Threshold = 0.4f, Pack = "p@1" }, Trusted.Read(), made ?? (() => Picture(picture)));
    }

    /// <summary>Time passes while the clock is looked after, as the agent does.</summary>
    public void Wait(TimeSpan span)
    {
        for (TimeSpan done = TimeSpan.Zero; done < span; done += TimeSpan.FromHours(1))
        {
            Clock.Advance(TimeSpan.FromHours(1));
            Trusted.Check();
        }
    }

    /// <summary>The bridge says that it has every punch.</summary>
    public void Acknowledge() => Ledger.Acknowledge(Ledger.Head);

    /// <summary>The process ends where it stands and is started again.</summary>
    public void Restart()
    {
        Box.Dispose();
        Ledger.Dispose();
        Ledger = OpenLedger();
        Box = OpenBox();
        Book = new(Ledger, TimeSpan.FromSeconds(60), Box);
    }

    public void Dispose()
    {
        Box.Dispose();
        Ledger.Dispose();
        People.Dispose();
        _vault.Dispose();
        _scratch.Dispose();
    }

    private LedgerStore OpenLedger() => LedgerStore.Open(new LedgerOptions { Path = _scratch["ledger.db"], Terminal = "m2-001", ReserveBytes = 64 << 20 }, Clock.BootId, Clock, this);

    private PhotoBox OpenBox()
    {
        PhotoBox box = PhotoBox.Open(Folder, _scratch["templates.key"], Ledger, Limits, Reports.Add);
        box.Enabled = true;
        return box;
    }
}
