using System.Globalization;
using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.View;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;

namespace Devices.Edge.Agent.Recognition;

/// <summary>
/// Loads the models and runs recognition; what fails is tried again, and meanwhile cards work. A pack that is installed later is found
/// without a restart.
/// </summary>
public sealed class VisionPart(
    AgentOptions options, PeopleStore people, FrameSlot slot, RecognitionDesk desk, McuScreen screen, McuDesk mcu, HealthBoard health,
    Heartbeats heartbeats, Narration narration, CrashGuard guard, ViewTap tap, PhotoBox photos, TimeProvider time)
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);
    private readonly TaskCompletionSource _firstTry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile FaceModels? _models;
    private volatile FacePipeline? _pipeline;

    /// <summary>The models in force; null while there are none.</summary>
    public FaceModels? Models => _models;

    /// <summary>The threshold that decides at the gallery's present size; null without models.</summary>
    public float? Threshold => _pipeline?.Threshold.Threshold;

    /// <summary>Mean live score that is needed; null without models.</summary>
    public float? LivenessThreshold => _pipeline?.LivenessThreshold;

    /// <summary>Frames that the decoder refused (sound from outside, damaged within).</summary>
    public FrameTally Decoded { get; } = new();

    /// <summary>How the camera has seen faces since the start: focus and exposure.</summary>
    public FaceLook Look { get; } = new();

    /// <summary>Completes when the models were loaded, or could not be, for the first time.</summary>
    public Task FirstTry => _firstTry.Task;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            FaceModels models = await LoadAsync(cancellationToken).ConfigureAwait(false);
            using (models)
            {
                using FacePipeline pipeline = models.CreatePipeline(new PipelineOptions
                {
                    Policy = new DecisionPolicy { Fpir = options.WantedFpir },
                    LivenessThreshold = options.Liveness ? null : 0f,
                    SureThreshold = options.AskBelow,
                    Motion = new MotionOptions { Enabled = options.Liveness, Challenge = options.Challenge, Acts = options.ChallengeActs },
                    Quality = options.QualityLimits,
                    Region = options.FaceRegion,
                    NearestShare = options.NearestOnly ? 0.5f : 0,
                });
                using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                try
                {
                    _models = models;
                    _pipeline = pipeline;
                    health.Set(HealthBoard.Models, true, $"{models.Pack} with {models.Gallery.Persons.Count} people");
                    Tell(models);
                    ThresholdNotice notice = new();
                    notice.IsDue(pipeline.Threshold, models.Gallery.Count);
                    _firstTry.TrySetResult();
                    Task settle = SettleAsync(cancellationToken);
                    Task watch = WatchThresholdAsync(notice, pipeline, models, ended.Token);
                    RecognitionLoop loop = new(slot, pipeline, desk, screen, () => mcu.Absent, options, Decoded, new ModelHealth(health, narration, health.TextOf(HealthBoard.Models)), tap, new FaceEvidence(() => photos.Enabled), Look, time);
                    // On a thread of its own: inference is work, not waiting.
                    await Task.Run(() => loop.RunAsync(heartbeats.Watch("recognition", TimeSpan.FromSeconds(20)), cancellationToken), CancellationToken.None).ConfigureAwait(false);
                    await settle.ConfigureAwait(false);
                    await ended.CancelAsync().ConfigureAwait(false);
                    await watch.ConfigureAwait(false);
                }
                finally
                {
                    await ended.CancelAsync().ConfigureAwait(false);
                    _models = null;
                    _pipeline = null;
                    heartbeats.Forget("recognition");
                }
            }

            guard.Settle();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            health.Set(HealthBoard.Models, false, fault.Message);
            throw;
        }
        finally
        {
            _firstTry.TrySetResult();
        }
    }

    private async Task<FaceModels> LoadAsync(CancellationToken cancellationToken)
    {
        string? told = null;
        if (guard.Tripped)
        {
            string tripped = $"The face models ended the agent {guard.Unfinished} times in a row; cards only for the next 10 minutes. Check the model pack and the board's memory.";
            narration.Warn("models", tripped);
            health.Set(HealthBoard.Models, false, tripped);
            _firstTry.TrySetResult();
            await ViewPump.RunAsync(slot, tap, TimeSpan.FromMinutes(10), time, cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            guard.Begin();
            (FaceModels? models, string? problem) = await Task.Run(() => (FaceModels.Load(options.ModelPack!, people, out string? why, FaceModels.OwnWorker, options.State), why), cancellationToken).ConfigureAwait(false);
            if (models is not null) return models;
            guard.Settle();
            health.Set(HealthBoard.Models, false, problem!);
            if (problem != told) narration.Warn("models", $"No face recognition, cards only: {problem}");
            told = problem;
            _firstTry.TrySetResult();
            await ViewPump.RunAsync(slot, tap, TryAgain, time, cancellationToken).ConfigureAwait(false);
        }
    }

    // Past the first seconds the models have shown that they run here.
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Settled, time, cancellationToken).ConfigureAwait(false);
            guard.Settle();
        }
        catch (OperationCanceledException)
        {
            // Stopping: settled by the caller.
        }
    }

    // People come and go while the agent runs, and the threshold with them.
    private async Task WatchThresholdAsync(ThresholdNotice notice, FacePipeline pipeline, FaceModels models, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(LookAgain, time, cancellationToken).ConfigureAwait(false);
                CalibratedThreshold now = pipeline.Threshold;
                int templates = models.Gallery.Count;
                if (notice.IsDue(now, templates)) narration.Tell("models", $"The gallery or the threshold changed: {InWords(now, templates, options.WantedFpir)}.");
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private void Tell(FaceModels models)
    {
        narration.Tell("models", $"Face models {models.Pack} are running: {models.Gallery.Persons.Count} people enrolled, {InWords(_pipeline?.Threshold, models.Gallery.Count, options.WantedFpir)}.");
        if (!options.Liveness) narration.Warn("models", "Liveness is switched off: a photo can punch. Set Liveness:Enabled to true.");
        else narration.Tell("models", ChallengeInWords(options, models.CanSeeEyes));
        if (people.Stale(models.Templates) is > 0 and var stale) narration.Warn("models", $"{stale} {(stale == 1 ? "person needs" : "people need")} enrolling again for pack {models.Pack}; until then card only.");
        if (models.Gallery.Status.Problem is { } storage) narration.Warn("models", storage);
        if (models.Damaged > 0) narration.Warn("models", $"{models.Damaged} face templates cannot be opened (altered, or another key); enrol those people again.");
    }

    /// <summary>When a person is asked to do something, and what.</summary>
    internal static string ChallengeInWords(AgentOptions options, bool canSeeEyes)
    {
        string what = !canSeeEyes || options.ChallengeActs == ChallengeActs.Turn ? "to turn the head to a drawn side"
            : options.ChallengeActs == ChallengeActs.Blink ? "to close the eyes for a second"
            : "to turn the head or to close the eyes for a second, as drawn";
        string lacks = !canSeeEyes && options.ChallengeActs != ChallengeActs.Turn && options.Challenge != ChallengePolicy.Off ? " (this pack has no eye model)" : "";
        return options.Challenge switch
        {
            ChallengePolicy.Off => "Liveness: nobody is asked to do anything; a face in doubt is refused (Liveness:Challenge is off).",
            ChallengePolicy.Always => $"Liveness: everybody is asked {what} before a punch{lacks}.",
            _ => $"Liveness: a face in doubt is asked {what}{lacks}.",
        };
    }

    /// <summary>The threshold in force, for what it was computed, and whether it was measured, fitted or extrapolated.</summary>
    internal static string InWords(CalibratedThreshold? threshold, int templates, double fpir) => threshold is not { } value ? "threshold not known"
        : string.Create(CultureInfo.InvariantCulture,
            $"threshold {value.Threshold:0.00} for a false-positive rate of {fpir} at {templates} {(templates == 1 ? "template" : "templates")} ({value.BasisInWords})");
}
