using Devices.Bridge.Corrections;
using Devices.Bridge.Store;
using Devices.Bridge.Web.Time;
using Microsoft.Extensions.Localization;

namespace Devices.Bridge.Web.Corrections;

/// <summary>What stood against a correction, as a sentence.</summary>
public sealed class OutcomeTexts(IStringLocalizer<Texts> texts, SiteClock clock)
{
    /// <summary>The sentence of an answer that is not done, and the field it belongs to; null where it is done.</summary>
    public (string Field, string Sentence)? Of(CorrectionAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.Problem is { } problem) return (problem.Field, texts[problem.Key, [.. problem.Values]]);
        if (answer.Result is not { Done: false } result) return null;
        string key = $"correct.outcome_{Names.Lower(result.Outcome)}";
        return result.Outcome switch
        {
            CorrectionOutcome.Near when result.Near is { } near => ("time", texts["correct.outcome_near_at", clock.Text(near.Punch.At), near.Punch.Terminal]),
            CorrectionOutcome.Near => ("time", texts[key]),
            CorrectionOutcome.Decided when result.Correction is { DecidedBy: { } by, DecidedAt: { } at } => ("", texts[key, by, clock.Text(at)]),
            _ when result.Other is { } other => ("", texts[$"{key}_by", other.Author, clock.Text(other.CreatedAt), other.Reason]),
            CorrectionOutcome.AlreadyStruck or CorrectionOutcome.NotStruck or CorrectionOutcome.Waiting or CorrectionOutcome.Changed or CorrectionOutcome.Later => ("", texts["correct.outcome_changed"]),
            _ => ("", texts[key]),
        };
    }
}
