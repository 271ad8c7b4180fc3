using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Agent.Mcu;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Telemetry;
using Devices.Edge.Agent.View;
using Devices.Edge.Vision;
using Devices.Edge.Vision.Frames;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Runtime;
using Devices.Edge.Vision.Track;
using Devices.Link;

namespace Devices.Edge.Agent.Recognition;

/// <summary>
/// Newest frame → decode → pipeline → outcomes → <see cref="RecognitionDesk"/>. While an MCU reports nobody in front of the terminal only
/// a few frames a second are looked at; a face in one of them, or something that moves in any, is presence too, since a sensor can fail.
/// Without an MCU it is always awake.
/// </summary>
public sealed class RecognitionLoop(
    FrameSlot slot, FacePipeline pipeline, RecognitionDesk desk, McuScreen screen, Func<bool> absent, AgentOptions options, FrameTally decoded, ModelHealth models, ViewTap tap, FaceEvidence evidence, FaceLook look, TimeProvider time)
{
    // No detector of a pack takes more than this; one that does is given the whole picture.
    private const int SearchWidth = 320;
    private const int SearchHeight = 240;
    private static readonly TimeSpan Awake = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Starved = TimeSpan.FromSeconds(1.5);
    private readonly MotionSense _motion = new();
    private readonly StageClock _stages = new();
    private long _awakeAt;
    private long _lookedAt;
    private bool _everAwake;
    private bool _open;

    // The last frame; disposed when the next one is made of it.
    private RgbFrame? _rgb;

    /// <summary>Frames looked at since the start.</summary>
    public long Processed { get; private set; }

    /// <summary>Runs until cancelled; the decision in hand is finished first.</summary>
    public async Task RunAsync(Action beat, CancellationToken cancellationToken)
    {
        long lastFrame = time.GetTimestamp();
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                beat();
                using CameraFrame? frame = await slot.TakeAsync(TimeSpan.FromMilliseconds(500), cancellationToken).ConfigureAwait(false);
                if (frame is null)
                {
                    if (_open && time.GetElapsedTime(lastFrame) > Starved) await FinishAsync().ConfigureAwait(false);
                    continue;
                }

                lastFrame = time.GetTimestamp();
                if (Asleep(frame)) continue;
                _lookedAt = lastFrame;
                await LookAsync(frame).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping.
        }

        await FinishAsync().ConfigureAwait(false);
    }

    private bool Asleep(CameraFrame frame)
    {
        // Who adjusts the mount sees every frame, wherever they stand.
        if (!absent() || tap.IsOpen) return false;
        if (frame.Format == FrameFormat.Jpeg ? _motion.Moved(frame.Data) : _motion.Moved(frame.Data, frame.Width, frame.Height, frame.Stride, planar: frame.Format == FrameFormat.Nv12))
        {
            _awakeAt = time.GetTimestamp();
            _everAwake = true;
            return false;
        }

        if (_everAwake && time.GetElapsedTime(_awakeAt) < Awake) return false;
        return time.GetElapsedTime(_lookedAt).TotalSeconds < 1 / options.IdleFramesPerSecond;
    }

    private async Task LookAsync(CameraFrame frame)
    {
        ViewTap? view = tap.Look();
        using RgbFrame? rgb = Decode(frame);
        if (rgb is null) return;
        view?.Decoded();
        pipeline.SomebodyThere = !absent() || (_everAwake && time.GetElapsedTime(_awakeAt) < Awake);
        pipeline.Observer = _stages.Before(view);
        FrameResult result;
        try
        {
            result = pipeline.Process(rgb);
            models.Works();
        }
        catch (ModelFaultException fault)
        {
            // This frame is lost, the next one asks again. The tracks stay: what they hold was judged by whole runs.
            models.Failed(fault);
            await DecideAsync(pipeline.Latest).ConfigureAwait(false);
            view?.Show(frame, rgb, null);
            return;
        }
        catch (FrameDamagedException damage)
        {
            decoded.Refuse(damage.Message);
            await DecideAsync(pipeline.Latest).ConfigureAwait(false);
            return;
        }

        view?.Show(frame, rgb, result);
        evidence.Look(rgb, result.Tracks);
        foreach (TrackView seen in result.Tracks) look.Add(seen.Quality, options.QualityLimits);
        Processed++;
        AgentMeters.Frame();
        _open = result.Tracks.Count > 0;
        if (result.Detected > 0)
        {
            _awakeAt = time.GetTimestamp();
            _everAwake = true;
        }

        foreach (TrackView track in result.Tracks)
        {
            if (track.AskedNow) desk.Ask(track.Challenge);
        }

        if (result.Decisions.Count > 0)
        {
            await DecideAsync(result).ConfigureAwait(false);
            return;
        }

        // A hint only for the nearest face that is still looked at, and only when nothing else happened.
        TrackView nearest = default;
        foreach (TrackView track in result.Tracks)
        {
            if (track.Outcome is TrackOutcome.Pending && track.Box.Area > nearest.Box.Area) nearest = track;
        }

        if (nearest.Outcome is TrackOutcome.Pending pending) Hint(pending);
    }

    private string? _hint;
    private long _hintAt;

    private void Hint(TrackOutcome.Pending pending)
    {
        string key = pending.HintKey ?? "";
        if (key == _hint && time.GetElapsedTime(_hintAt) < TimeSpan.FromSeconds(1.5)) return;
        if (time.GetElapsedTime(_hintAt) < TimeSpan.FromMilliseconds(400)) return;
        _hint = key;
        _hintAt = time.GetTimestamp();
        if (key.Length == 0) screen.Show(ScreenKind.Look);
        else screen.Show(ScreenKind.Hint, text: Hints.TextOf(key, options.Language));
    }

    private async Task FinishAsync()
    {
        _open = false;
        await DecideAsync(pipeline.Finish()).ConfigureAwait(false);
    }

    // A copy: the result is the pipeline's, and is used again for the next frame.
    private async Task DecideAsync(FrameResult result)
    {
        foreach ((long track, TrackOutcome outcome) in result.Decisions.Select(d => (d.Id, d.Outcome)).ToList())
        {
            AgentMeters.Decided(outcome);
            await desk.DecideAsync(outcome, evidence.Of(track)).ConfigureAwait(false);
            evidence.Forget(track);
        }
    }

    // RGB of the whole picture is made only for a frame with a face in it: raw formats go to the detector in one pass, and a JPEG
    // is decoded small while nobody is in view. Somebody in view is decoded in full at once, since the crops need it.
    private RgbFrame? Decode(CameraFrame frame)
    {
        FrameDecode picture = frame.Format != FrameFormat.Jpeg
            ? YuvConverter.Defer(frame.Data, planar: frame.Format == FrameFormat.Nv12, frame.Width, frame.Height, frame.Stride, frame.CapturedAt, _rgb)
            : _open
                ? JpegDecoder.Decode(frame.Data, frame.CapturedAt, _rgb)
                : JpegDecoder.DecodeForSearch(frame.Data, SearchWidth, SearchHeight, frame.CapturedAt, _rgb);
        if (picture.IsDecoded)
        {
            decoded.Accept();
            return _rgb = picture.Frame;
        }

        decoded.Refuse(picture.Fault.Message);
        return null;
    }
}
