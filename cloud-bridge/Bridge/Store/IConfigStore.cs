using Devices.Contract.Messages;

namespace Devices.Bridge.Store;

/// <summary>Whom a wish is for; the later one counts more.</summary>
public enum ConfigScope
{
    All,
    Site,
    Terminal,
}

/// <summary>What is wished for at one level.</summary>
/// <param name="Name">Empty for all; the site's name; the terminal's.</param>
public sealed record ConfigLayer(ConfigScope Scope, string Name, long Revision, IReadOnlyDictionary<string, string> Settings, long ChangedAt, string ChangedBy);

/// <summary>What goes down to one terminal: its layers laid over each other.</summary>
/// <param name="Revision">The newest of its layers; 0 where nobody ever wished for anything.</param>
/// <param name="From">Of each setting, at which level it stands.</param>
public sealed record ConfigWish(long Revision, string Digest, IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, ConfigScope> From);

/// <summary>What a terminal made of it.</summary>
public sealed record ConfigReport(ConfigApplied Applied, long ReportedAt);

/// <summary>What became of a change.</summary>
public enum ConfigVerdict
{
    Done,

    /// <summary>It stands so already.</summary>
    Same,

    /// <summary>There is no such terminal or site.</summary>
    Unknown,

    /// <summary>Somebody changed it since its author saw it; nothing was done.</summary>
    Changed,
}

/// <summary>What operators wish of terminals' settings, and what terminals report. The caller has judged the values (<see cref="ConfigRules"/>).</summary>
public interface IConfigStore
{
    /// <summary>The layers that apply to a terminal, the widest first; those that exist.</summary>
    Task<IReadOnlyList<ConfigLayer>> LayersAsync(string terminal, CancellationToken cancellationToken = default);

    /// <summary>Every layer there is.</summary>
    Task<IReadOnlyList<ConfigLayer>> AllLayersAsync(CancellationToken cancellationToken = default);

    Task<ConfigWish> WishAsync(string terminal, CancellationToken cancellationToken = default);

    /// <summary>Sets or, with null, withdraws settings of one layer, in one transaction with its row of the audit log.</summary>
    /// <param name="seen">The revision of the layer that the author saw, 0 for none; null: not looked at.</param>
    Task<ConfigVerdict> SetAsync(ConfigScope scope, string name, IReadOnlyDictionary<string, string?> changes, string actor, string? address = null, long? seen = null, CancellationToken cancellationToken = default);

    Task SaveReportAsync(string terminal, ConfigApplied applied, CancellationToken cancellationToken = default);

    Task<ConfigReport?> ReportAsync(string terminal, CancellationToken cancellationToken = default);
}
