using Devices.Bridge.Store;

namespace Devices.Bridge.Scale;

/// <summary>
/// Says each second that this node is there, and looks whether another one stores punches by other rules. The node that serves people forgets
/// those that fell silent, and with them the connections that went with them.
/// </summary>
public sealed class NodeBook(INodeStore nodes, BridgeOptions options, NodeRules rules, IExceptionStore exceptions, TimeProvider time, ILogger<NodeBook> log)
    : PeriodicService(Every, Every, "This node could not say that it is there.", LogLevel.Warning, time, log)
{
    public const string Source = "ingest";
    public const string Code = "node-settings";

    /// <summary>After so long without a word a node counts as gone.</summary>
    public static readonly TimeSpan Silent = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Compare = TimeSpan.FromSeconds(10);

    private long? _compared;
    private bool? _told; // null: a row may be left from before

    /// <summary>Before the node begins its work.</summary>
    public Task JoinAsync(CancellationToken cancellationToken = default) => nodes.BeatAsync(options.Node, options.Role, rules.Text, cancellationToken);

    protected override async Task<TimeSpan?> WorkAsync(CancellationToken cancellationToken)
    {
        await JoinAsync(cancellationToken);
        if (_compared is { } at && Clock.GetElapsedTime(at) < Compare) return null;
        _compared = Clock.GetTimestamp();
        await LookAsync(cancellationToken);
        return null;
    }

    /// <summary>One look at the others.</summary>
    public async Task LookAsync(CancellationToken cancellationToken = default)
    {
        if (!options.Keeps) return;
        long since = (Clock.GetUtcNow() - Silent).ToUnixTimeMilliseconds();
        if (await nodes.ForgetSilentAsync(since, cancellationToken) is > 0 and int gone) Log.LogWarning("{Count} terminals are offline: the node that held them fell silent.", gone);
        BridgeNode? other = (await nodes.NodesAsync(cancellationToken)).FirstOrDefault(one => one.SeenAt >= since && one.Rules != rules.Text);
        if (other is not null)
        {
            string text = $"The node '{other.Node}' ({other.Role}) stores punches by other settings ({other.Rules}) than this one ({rules.Text}): give all nodes the same settings and start them again.";
            if (_told != true) Log.LogError("{Text}", text);
            await exceptions.RaiseAsync(new(Source, Code, text) { Cause = Code }, cancellationToken);
            _told = true;
        }
        else if (_told != false)
        {
            await exceptions.ResolveAllAsync(Source, Code, null, "bridge", cancellationToken);
            _told = false;
        }
    }
}
