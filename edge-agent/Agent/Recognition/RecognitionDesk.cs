using System.Globalization;
using Devices.Contract.Punches;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Punching;
using Devices.Edge.Ledger.Store;
using Devices.Edge.Ledger.Time;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Track;
using Devices.Link;
using Microsoft.Extensions.Logging;

namespace Devices.Edge.Agent.Recognition;

/// <summary>
/// Turns one track's final outcome into a punch, a line, a screen and, where operators should know, an event. Each track is told once,
/// not each frame; no score of a refused person, no face data.
/// </summary>
public sealed class RecognitionDesk(
    AgentOptions options, PeopleStore people, PunchBook book, TrustedClock clock, EventGate gate, McuScreen screen, McuDesk mcu,
    Narration narration, SiteClock site, Func<Guid> ledgerId)
{
    /// <summary>Deals with one outcome. Where the disk fails nobody is thanked: the screen shows the fault, and recognition goes on.</summary>
    /// <param name="picture">Makes the evidence photo of that face; asked only where a punch is recorded.</param>
    public async Task DecideAsync(TrackOutcome outcome, Func<byte[]?>? picture = null)
    {
        switch (outcome)
        {
            case TrackOutcome.Accepted accepted:
                await PunchAsync(accepted, picture).ConfigureAwait(false);
                break;
            case TrackOutcome.Unknown:
                Refuse("unknown", "A face that is not enrolled was seen; no punch.");
                screen.Show(ScreenKind.Unknown);
                gate.Offer("face-unknown", "A face that is not enrolled was seen.");
                break;
            case TrackOutcome.Spoof spoof:
                Refuse("spoof", spoof.Cue switch
                {
                    SpoofCue.Flat => "A face moved only as a flat picture moves, or not at all; no punch. Card or PIN was asked for.",
                    SpoofCue.Frozen => "A face did not change by a single grey level for seconds: a stopped camera stream or an injected picture; no punch.",
                    SpoofCue.Challenge => "A face did not do what it was asked to (turn the head, or close the eyes); no punch. Card or PIN was asked for.",
                    _ => string.Create(CultureInfo.InvariantCulture,
                        $"A picture, mask or screen was shown instead of a live face ({spoof.Liveness:0.00}, at least {spoof.Threshold:0.00} is needed); no punch."),
                });
                screen.Show(ScreenKind.Spoof);
                gate.Offer("face-spoof", spoof.Cue switch
                {
                    SpoofCue.Flat => "A face moved only as a flat picture moves, or not at all.",
                    SpoofCue.Frozen => "A face did not change at all for seconds: a stopped or injected stream.",
                    SpoofCue.Challenge => "A face did not do what it was asked to (turn the head, or close the eyes).",
                    _ => "A picture, mask or screen was shown instead of a live face.",
                }, security: true);
                break;
            case TrackOutcome.Ambiguous:
                Refuse("ambiguous", "A face resembles two people too closely to decide; card or PIN was asked for.");
                screen.Show(ScreenKind.Ambiguous);
                break;
            case TrackOutcome.Quality quality:
                Refuse("quality", $"A face was seen but no frame of it could be used. {quality.Detail}");
                if (QualityHints.KeyOf(quality.Worst) is { } key) screen.Show(ScreenKind.Hint, text: Hints.TextOf(key, options.Language));
                break;
            case TrackOutcome.Left:
                Refuse("left", "A face was seen but went away before it could be decided on.");
                break;
            default:
                break; // Pending, and IdentityChanged: both tracks go on as new ones.
        }
    }

    /// <summary>A person whose liveness is in doubt is asked for something; said once, when it begins.</summary>
    public void Ask(ChallengeKind challenge)
    {
        string key = new TrackOutcome.Pending(QualityReason.Good, challenge).HintKey!;
        narration.Tell(new NarrationEvent { Kind = "challenge", Reason = key, Text = $"A face is in doubt and was asked: {Hints.TextOf(key)}." });
        screen.Show(ScreenKind.Hint, text: Hints.TextOf(key, options.Language));
    }

    private async Task PunchAsync(TrackOutcome.Accepted accepted, Func<byte[]?>? picture)
    {
        if (NameOf(accepted.Person) is not { } name)
        {
            // Erased while the models held the templates a moment longer.
            Refuse("unknown", "A face of somebody who was erased here was seen; no punch.");
            screen.Show(ScreenKind.Unknown);
            return;
        }

        if (!MayUseFace(accepted.Person))
        {
            narration.Tell(new NarrationEvent { Kind = "refused", Reason = "method", Person = accepted.Person, Name = name, Method = "face", Text = $"{name} was recognised, but the platform does not allow this person to punch by face; no punch. Card or PIN was asked for." });
            screen.Show(ScreenKind.CardPlease, name);
            return;
        }

        PunchDraft draft = new()
        {
            Person = accepted.Person,
            Method = PunchMethod.Face,
            Score = accepted.Score,
            Threshold = accepted.Threshold,
            Liveness = accepted.Liveness,
            Pack = accepted.Pack.ToString(),
        };
        string recognised = string.Create(CultureInfo.InvariantCulture, $"{name} recognised {accepted.Score:0.00} (threshold {accepted.Threshold:0.00})");
        PunchAnswer answer;
        try
        {
            answer = book.Record(draft, clock.Read(), picture);
        }
        catch (LedgerException fault)
        {
            narration.Tell(new NarrationEvent
            {
                Kind = "refused", Reason = "fault", Person = accepted.Person, Name = name, Method = "face", Text = $"{recognised}, but not recorded: {fault.Message}",
            }, LogLevel.Error);
            screen.Show(ScreenKind.Fault, name, "Not recorded; use your card or tell the operator");
            gate.Offer("disk", "A recognised face could not be recorded: the terminal's ledger failed.", security: true);
            return;
        }

        NarrationEvent line = new()
        {
            Kind = "punch", Text = "", Person = accepted.Person, Name = name, Method = "face", Score = accepted.Score, Threshold = accepted.Threshold,
            Seq = answer.Seq == 0 ? null : answer.Seq,
        };
        switch (answer.Verdict)
        {
            case PunchVerdict.Accepted:
                narration.Tell(line with { Text = $"{recognised}, punch {options.Terminal}/{answer.Seq} stored{(answer.Held ? ", time not yet certain" : "")}" });
                screen.Show(answer.Held ? ScreenKind.Held : ScreenKind.Thanks, name, at: answer.AtMs, seq: answer.Seq);
                if (options.FaceDoor) await mcu.OpenDoorAsync($"door-{ledgerId():N}"[..21] + "-" + answer.Seq.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
                break;
            case PunchVerdict.Repeat:
                string before = site.Minutes(answer.AtMs);
                narration.Tell(line with { Kind = "repeat", Text = $"{recognised}: already recorded {before} (punch {options.Terminal}/{answer.Seq})" });
                screen.Show(ScreenKind.Repeat, name, at: answer.AtMs, seq: answer.Seq);
                // The punch is one, but the person may well stand before a closed door: after a crash between commit and door, or coming back.
                if (options.FaceDoor) await OpenAgainAsync(answer.Seq).ConfigureAwait(false);
                break;
            default:
                narration.Tell(line with { Kind = "refused", Reason = answer.Verdict == PunchVerdict.Full ? "full" : "invalid", Text = $"{recognised}, but not recorded: {answer.Reason}" }, LogLevel.Warning);
                screen.Show(answer.Verdict == PunchVerdict.Full ? ScreenKind.Full : ScreenKind.Fault, name);
                gate.Offer("disk", answer.Reason ?? "A punch could not be recorded.", security: true);
                break;
        }
    }

    // Null where nobody has that id. A gallery that cannot be read costs the name on the screen, not the punch.
    private string? NameOf(string person)
    {
        try
        {
            return people.Find(person)?.Name;
        }
        catch (GalleryException)
        {
            return person;
        }
    }

    private bool MayUseFace(string person)
    {
        try
        {
            return people.Find(person)?.May("face") ?? true;
        }
        catch (GalleryException)
        {
            return true;
        }
    }

    // An id of its own: the MCU carries out each id once.
    private Task<bool> OpenAgainAsync(long seq) =>
        mcu.OpenDoorAsync(string.Create(CultureInfo.InvariantCulture, $"again-{seq}-{clock.MonotonicMs}"));

    private void Refuse(string reason, string text) => narration.Tell(new NarrationEvent { Kind = "refused", Reason = reason, Text = text });
}
