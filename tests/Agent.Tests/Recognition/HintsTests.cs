using System.Text;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Track;
using Devices.Link;

namespace Devices.Edge.Agent.Tests.Recognition;

public sealed class HintsTests
{
    [Fact]
    public void Every_quality_reason_and_challenge_has_a_hint_in_both_languages_that_fits_the_screen()
    {
        string[] keys =
        [
            .. Enum.GetValues<QualityReason>().Select(QualityHints.KeyOf).OfType<string>(),
            .. Enum.GetValues<ChallengeKind>().Where(k => k != ChallengeKind.None).Select(k => new TrackOutcome.Pending(QualityReason.Good, k).HintKey!),
            new TrackOutcome.Pending(QualityReason.Good) { StepBack = true }.HintKey!,
        ];
        keys.ShouldNotBeEmpty();
        foreach (string key in keys)
        {
            Hints.Keys.ShouldContain(key);
            string english = Hints.TextOf(key), chinese = Hints.TextOf(key, HintLanguage.Chinese);
            english.ShouldAllBe(c => c < 128);
            chinese.ShouldContain(c => c >= 0x4E00 && c <= 0x9FFF);
            Encoding.UTF8.GetByteCount(chinese).ShouldBeLessThanOrEqualTo(LinkLimits.MaxText);
            english.Length.ShouldBeLessThanOrEqualTo(LinkLimits.MaxText);
        }
    }
}
