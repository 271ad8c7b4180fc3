namespace Devices.Bridge.Store;

/// <summary>One change of a rule.</summary>
/// <param name="Was">What its author saw; null for the default.</param>
/// <param name="Value">Null: the default again.</param>
public sealed record RuleChange(string Key, string? Was, string? Value);

/// <summary>Rules that HR sets at run time, for what the configuration says nothing about.</summary>
public interface IRuleStore
{
    /// <summary>Those that were set, by key.</summary>
    Task<IReadOnlyDictionary<string, string>> RulesAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes all changes in one transaction, each with its row of the audit log; none of them, and false, where one is not any more what its author saw.</summary>
    Task<bool> ChangeAsync(IReadOnlyList<RuleChange> changes, string actor, string? address = null, CancellationToken cancellationToken = default);
}
