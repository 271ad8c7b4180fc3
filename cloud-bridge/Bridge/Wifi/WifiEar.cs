using Devices.Bridge.Ingest;
using Devices.Bridge.Store;
using Devices.Contract;
using Devices.Contract.Messages;
using MQTTnet.Protocol;

namespace Devices.Bridge.Wifi;

/// <summary>
/// Takes what routers report and answers with what is durable and whom to look for. A router is no terminal: what only terminals may send
/// is refused from it, so that its key, which lies on a shelf in the shop, can make no punch by itself.
/// </summary>
public sealed class WifiEar(IWifiStore store, WifiDays days, WifiOptions options, ITerminalConnections connections, TimeProvider time, ILogger<WifiEar> log) : ITerminalEar
{
    public bool Takes(string leaf) => leaf == Topics.Association;

    public async Task<Reply?> JudgeAsync(UpMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        bool router = await IsRouterAsync(message.Session, cancellationToken);
        if (router == (message.Leaf == Topics.Association) || (router && message.Leaf is Topics.Event or Topics.Status)) return null;
        return Reply.Refuse(MqttPubAckReasonCode.NotAuthorized, ProblemCodes.WrongTerminal, router
            ? $"{message.Session.Terminal} is a router: it sends '{Topics.Association}', '{Topics.Event}' and '{Topics.Status}', and no '{message.Leaf.Split('/')[0]}'."
            : $"{message.Session.Terminal} is no router: make it one with `Devices.Bridge wifi router add`, before it enrols.");
    }

    public async Task<Reply> TakeAsync(UpMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        string router = message.Session.Terminal;
        bool read = ContractCodec.TryRead(message.Payload.Span, ContractJson.Default.AssociationBatch, out AssociationBatch? batch, out Problem? problem);
        if (read && AssociationRules.Check(batch!) is { } fault) problem = new() { Code = ProblemCodes.Malformed, Text = fault };
        if (problem is not null) return await RefuseAsync(message.Session, batch?.Spool ?? Guid.Empty, problem);
        long oldest = time.GetUtcNow().AddDays(-options.KeepDays).ToUnixTimeMilliseconds();
        if (await store.TakeAsync(router, batch!, days.TextOf, oldest, cancellationToken) is not { } taken)
            return await RefuseAsync(message.Session, batch!.Spool, new() { Code = ProblemCodes.WrongTerminal, Text = $"{router} is no router." });
        if (taken.Punches > 0) log.LogInformation("{Router}: {Count} Wi-Fi punches were made of its reports.", router, taken.Punches);
        string revision = RevisionOf(taken);
        bool known = batch!.List == revision;
        PhoneList answer = new()
        {
            Spool = batch.Spool, Through = taken.Through, Now = time.GetUtcNow().ToUnixTimeMilliseconds(), List = revision,
            Salt = known ? null : taken.Salt, Phones = known ? null : taken.Phones,
        };
        await connections.SendAsync(message.Session, Topics.Phones, ContractCodec.Write(answer, ContractJson.Default.PhoneList));
        return Reply.Done;
    }

    public void Greeted(TerminalSession session, HelloMessage hello)
    {
        // A router says none.
    }

    public StateMessage Want(string terminal, StateMessage state) => state;

    /// <summary>Changes whenever another phone is to be looked for, or none.</summary>
    internal static string RevisionOf(WifiTaken taken) => AssociationRules.KeyOf(taken.Salt, string.Join(',', taken.Phones));

    // A shell reads its answer and no reason code: the sentence goes that way too.
    private async Task<Reply> RefuseAsync(TerminalSession session, Guid spool, Problem problem)
    {
        PhoneList answer = new() { Spool = spool, Through = 0, Now = time.GetUtcNow().ToUnixTimeMilliseconds(), List = "", Problem = problem };
        await connections.SendAsync(session, Topics.Phones, ContractCodec.Write(answer, ContractJson.Default.PhoneList));
        return Reply.Refuse(Reply.CodeOf(problem.Code), problem.Code, problem.Text);
    }

    // Once a connection: what a name is does not change while it is in use.
    private async ValueTask<bool> IsRouterAsync(TerminalSession session, CancellationToken cancellationToken)
    {
        if (session.IsRouter is { } known) return known;
        bool router = await store.IsRouterAsync(session.Terminal, cancellationToken);
        session.IsRouter = router;
        return router;
    }
}
