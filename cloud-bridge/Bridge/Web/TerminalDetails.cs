using Devices.Bridge.Store;
using Devices.Contract.Messages;

namespace Devices.Bridge.Web;

/// <summary>How a wish and what is in force go together.</summary>
public enum SettingState
{
    /// <summary>Nothing is wished.</summary>
    Own,

    /// <summary>In force as wished.</summary>
    AsWished,

    /// <summary>From the terminal's next start on.</summary>
    AtRestart,

    /// <summary>The terminal does not take it.</summary>
    Refused,

    /// <summary>The terminal has not got it yet.</summary>
    Pending,
}

/// <summary>One setting: what is wished, where that is said, and what the terminal reports.</summary>
public sealed record SettingLine(ConfigSetting Setting, string? Wished, ConfigScope? From, string? InForce, string? Refused, SettingState State);

/// <summary>All that a page or a program sees of one terminal beside its punches.</summary>
/// <param name="Holds">Whether the terminal holds exactly these wishes.</param>
public sealed record TerminalDetail(
    TerminalRow Terminal, ConfigWish Wish, IReadOnlyList<ConfigLayer> Layers, ConfigReport? Report, bool Holds, IReadOnlyList<SettingLine> Settings, IReadOnlyList<CommandRow> Commands, DownlinkReach Reach);

/// <summary>Reads it, for whoever may see the terminal.</summary>
public sealed class TerminalDetails(ITerminalStore terminals, IConfigStore configs, ICommandStore commands, IDownlinkStore downlink)
{
    private const int Shown = 50;

    /// <summary>Null where there is no such terminal in the scope.</summary>
    public async Task<TerminalDetail?> LoadAsync(SiteScope scope, string name, CancellationToken cancellationToken)
    {
        if (await terminals.FindTerminalAsync(scope, name, cancellationToken) is not { } terminal || await downlink.ReachAsync(scope, name, cancellationToken) is not { } reach) return null;
        IReadOnlyList<ConfigLayer> layers = await configs.LayersAsync(name, cancellationToken);
        ConfigWish wish = ConfigWishes.Merge(layers);
        ConfigReport? report = await configs.ReportAsync(name, cancellationToken);
        bool holds = wish.Digest == (report?.Applied.Digest ?? "");
        return new(terminal, wish, layers, report, holds, [.. ConfigRules.All.Select(one => Line(one, wish, report?.Applied, holds))], await commands.ListAsync(name, Shown, cancellationToken), reach);
    }

    private static SettingLine Line(ConfigSetting setting, ConfigWish wish, ConfigApplied? applied, bool holds)
    {
        string? wished = wish.Settings.GetValueOrDefault(setting.Key), runs = applied?.Settings.GetValueOrDefault(setting.Key), refused = holds ? applied?.Refused.GetValueOrDefault(setting.Key) : null;
        SettingState state = wished is null ? holds ? SettingState.Own : SettingState.Pending
            : refused is not null ? SettingState.Refused
            : !holds ? SettingState.Pending
            : applied!.AtRestart.Contains(setting.Key) ? SettingState.AtRestart
            : ConfigRules.IsSame(setting.Key, wished, runs) ? SettingState.AsWished : SettingState.Pending;
        return new(setting, wished, wish.From.TryGetValue(setting.Key, out ConfigScope scope) ? scope : null, runs, refused, state);
    }
}
