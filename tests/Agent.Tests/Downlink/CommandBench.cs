using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Downlink.Commands;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Devices.Edge.Agent.Tests.Downlink;

/// <summary>A command desk on real files with hands that count, and a bridge's root that signs.</summary>
internal sealed class CommandBench : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly LedgerStore _ledger;
    private CommandBook _book;

    public CommandBench(Func<AgentOptions, AgentOptions>? change = null, bool trusted = true)
    {
        Clock.Synchronised = trusted;
        CertificateRequest request = new("CN=root", _rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        _root = request.CreateSelfSigned(DateTimeOffset.FromUnixTimeMilliseconds(Clock.WallMs).AddDays(-2), DateTimeOffset.FromUnixTimeMilliseconds(Clock.WallMs).AddDays(1000));
        File.WriteAllText(_scratch["ca.crt"], _root.ExportCertificatePem());
        AgentOptions options = new() { Terminal = "m2-001", State = _scratch.Path, DoorOpenMs = 3000 };
        Options = change?.Invoke(options) ?? options;
        _ledger = LedgerStore.Open(new LedgerOptions { Path = Options.LedgerFile, Terminal = "m2-001" }, Clock.BootId);
        Trusted = new(new TrustedClockOptions(), Clock, Clock, Clock, _ledger);
        _book = new(Options.CommandsFile);
        Desk = Make();
    }

    public BenchClock Clock { get; } = new();
    public AgentOptions Options { get; }
    public TrustedClock Trusted { get; }
    public CommandDesk Desk { get; private set; }
    public CommandBook Book => _book;
    public Narration Narration { get; } = new(NullLogger<Narration>.Instance, TimeProvider.System);
    public List<CommandResult> Sent { get; } = [];
    public bool Online { get; set; } = true;
    public bool Controller { get; set; } = true;

    /// <summary>What the controller does with an order; false for no answer. A fault is the agent's end in the midst of it.</summary>
    public Func<string, Task<bool>> Door { get; set; } = _ => Task.FromResult(true);
    public List<string> Opened { get; } = [];
    public List<string> Stops { get; } = [];
    public int Rosters { get; private set; }

    /// <summary>The agent starts again on the same files.</summary>
    public void Restart()
    {
        _book.Dispose();
        _book = new(Options.CommandsFile);
        Desk = Make();
        Desk.Begin();
    }

    public CommandBody Body(string kind, TimeSpan? life = null, params (string Key, string Value)[] arguments) => new()
    {
        Id = Guid.NewGuid(), Terminal = "m2-001", Kind = kind, IssuedAt = Clock.WallMs, ExpiresAt = Clock.WallMs + (long)(life ?? TimeSpan.FromMinutes(5)).TotalMilliseconds,
        Arguments = arguments.ToDictionary(one => one.Key, one => one.Value),
    };

    /// <param name="use">The certificate's extended key usage; null leaves the extension out.</param>
    /// <param name="stranger">Signed by another root.</param>
    public byte[] Sign(CommandBody body, string? use = CommandRules.CommandUse, bool stranger = false)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256), other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Devices bridge commands", key, HashAlgorithmName.SHA256);
        if (use is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        using X509Certificate2 leaf = request.Create(_root.SubjectName, X509SignatureGenerator.CreateForECDsa(stranger ? other : _rootKey), _root.NotBefore, _root.NotAfter, RandomNumberGenerator.GetBytes(8));
        byte[] bytes = ContractCodec.Write(body, ContractJson.Default.CommandBody);
        return ContractCodec.Write(new CommandMessage
        {
            Body = Convert.ToBase64String(bytes), Certificate = Convert.ToBase64String(leaf.RawData), Signature = Convert.ToBase64String(key.SignData(CommandRules.ToSign(bytes), HashAlgorithmName.SHA256)),
        }, ContractJson.Default.CommandMessage);
    }

    public async Task<CommandResult> DoAsync(byte[] message)
    {
        await Desk.TakeAsync(message, TestContext.Current.CancellationToken);
        foreach (CommandResult untold in _book.Untold())
        {
            Sent.Add(untold);
            _book.Confirmed(untold);
        }
        return Sent[^1];
    }

    public void Dispose()
    {
        _book.Dispose();
        _ledger.Dispose();
        _root.Dispose();
        _rootKey.Dispose();
        _scratch.Dispose();
    }

    private CommandDesk Make() => new(Options, _book, new CommandPapers(_scratch["ca.crt"]), Trusted, new()
    {
        HasController = () => Controller,
        OpenDoorAsync = id =>
        {
            Opened.Add(id);
            return Door(id);
        },
        Stop = Stops.Add,
        RestartBoard = () => null,
        RefreshRoster = () => Rosters++,
        Identify = () => { },
        CollectLog = () => LogExcerpt.Of(Narration.Recent),
        DoorEvent = text => _ledger.Events.Add("door", text, security: true),
    }, (_, payload, _) =>
    {
        ContractCodec.TryRead(payload, ContractJson.Default.CommandResult, out CommandResult? result, out _).ShouldBeTrue();
        CommandRules.Check(result!).ShouldBeNull();
        Sent.Add(result!);
        return Task.FromResult(true);
    }, () => Online, Narration, TimeProvider.System);
}
