using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Commands;

/// <summary>Opens the store that a subcommand works on, beside a running bridge.</summary>
internal static class CommandStore
{
    // A mistyped directory must not become a second, empty bridge.
    public static SqlDatabase Open(CommandFlags flags)
    {
        string data = flags.Value("data") ?? throw new BridgeStartException("Say which bridge: --data DIR, the directory given to it as Bridge:Data.");
        BridgeOptions options = new() { Data = Path.GetFullPath(data) };
        return StoreChoice.Known(options)
            ? StoreSetup.Open(StoreChoice.Recall(options))
            : throw new BridgeStartException($"{data} is not a bridge's data directory (it holds no bridge.db or store.json): check --data, or start the bridge on it once.");
    }
}
