using System.Globalization;
using Devices.Bridge.Corrections;
using Devices.Bridge.Exports;
using Devices.Bridge.Photos;
using Devices.Bridge.Privacy;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Retention;

namespace Devices.Bridge.Web.Rules;

/// <summary>
/// The rules that HR changes on a page, while the bridge runs: corrections, retention, what files are kept. What the configuration sets is not
/// changed here, so that whoever runs the machine has the last word; what neither sets has its default.
/// </summary>
public sealed class HrRules : IHostedService
{
    private readonly IConfiguration _configuration;
    private readonly IRuleStore _store;

    public HrRules(
        IConfiguration configuration, IRuleStore store, CorrectionOptions corrections, RetentionOptions retention, PhotoOptions photos, PrivacyOptions privacy, ExportOptions exports)
    {
        (_configuration, _store) = (configuration, store);
        All =
        [
            new("Corrections:SecondApproval", 0, 0, "false", value => corrections.SecondApproval = value == "true"),
            new("Corrections:DaysBack", 1, 3_650, "62", value => corrections.DaysBack = Number(value)),
            new("Corrections:RepeatSeconds", 1, 3_600, "60", value => corrections.RepeatSeconds = Number(value)),
            new("Retention:PunchYears", 0, 100, "0", value => retention.PunchYears = Number(value)),
            new("Retention:EventDays", 0, 36_500, "0", value => retention.EventDays = Number(value)),
            new("Retention:ExceptionDays", 0, 36_500, "0", value => retention.ExceptionDays = Number(value)),
            new("Retention:DryRun", 0, 0, "false", value => retention.DryRun = value == "true"),
            new("Photos:RetentionDays", 1, 3_650, "30", value => photos.RetentionDays = Number(value)),
            new("Privacy:TextVersion", 0, -1, "", value => privacy.TextVersion = value),
            new("Exports:KeepHours", 1, 720, "24", value => exports.KeepHours = Number(value)),
        ];
    }

    public IReadOnlyList<HrRule> All { get; }

    public async Task<IReadOnlyList<HrRuleState>> StatesAsync(CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> stored = await _store.RulesAsync(cancellationToken);
        return [.. All.Select(rule => Configured(rule) is { } value
            ? new HrRuleState(rule, value, stored.GetValueOrDefault(rule.Key), Configured: true)
            : new(rule, Kept(rule, stored) ?? rule.Default, stored.GetValueOrDefault(rule.Key), Configured: false))];
    }

    /// <summary>Changes what can be changed here, all or nothing, and puts it in force.</summary>
    /// <param name="typed">By key; what its author saw and what is to be, empty for the default.</param>
    /// <returns>Last word of the sentence's key, and the rule that it is about.</returns>
    public async Task<(string Told, string? Key)> ChangeAsync(IReadOnlyDictionary<string, (string Was, string Value)> typed, string actor, string? address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(typed);
        List<RuleChange> changes = [];
        foreach (HrRule rule in All)
        {
            if (!typed.TryGetValue(rule.Key, out var one)) continue;
            string? was = one.Was.Length == 0 ? null : one.Was, value = null;
            if (one.Value.Trim().Length > 0 && (value = rule.Read(one.Value)) is null) return ("bad", rule.Key);
            if (value == was) continue;
            if (Configured(rule) is not null) return ("configured", rule.Key);
            changes.Add(new(rule.Key, was, value));
        }

        if (changes.Count == 0) return ("same", null);
        if (!await _store.ChangeAsync(changes, actor, address, cancellationToken)) return ("changed", null);
        foreach (RuleChange change in changes)
        {
            HrRule rule = All.Single(r => r.Key == change.Key);
            rule.Apply(change.Value ?? rule.Default);
        }

        return ("done", null);
    }

    /// <summary>Before anything else runs by them.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> stored = await _store.RulesAsync(cancellationToken);
        foreach (HrRule rule in All)
            if (Configured(rule) is null && Kept(rule, stored) is { } value) rule.Apply(value);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // One that another version wrote, and that cannot be read, counts as not set.
    private static string? Kept(HrRule rule, IReadOnlyDictionary<string, string> stored) => rule.Read(stored.GetValueOrDefault(rule.Key)) is { } value && stored.ContainsKey(rule.Key) ? value : null;

    private string? Configured(HrRule rule) => _configuration[$"Bridge:{rule.Key}"] is { Length: > 0 } value ? value : null;

    private static int Number(string value) => int.Parse(value, CultureInfo.InvariantCulture);
}
