using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Tests.Support;

namespace Devices.Edge.Agent.Tests.Camera;

public sealed class CameraSupervisorTests
{
    private static readonly CameraSupervisorOptions Quick = new()
    {
        FrameAgeLimit = TimeSpan.FromMilliseconds(200), FirstPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(40),
    };

    [Fact]
    public async Task A_camera_that_faults_is_opened_again_until_it_works_and_each_change_is_told_once()
    {
        Scripted source = new(opening => opening < 4 ? Step.Busy : Step.Play);
        ConcurrentQueue<CameraChange> changes = new();
        using FrameSlot slot = new();
        CameraSupervisor supervisor = new(source, slot, Quick, TimeProvider.System, changes.Enqueue);
        await RunUntil(supervisor, () => supervisor.IsRunning);
        source.Openings.ShouldBeGreaterThanOrEqualTo(4);
        changes.Select(c => c.Running).ToArray()[..2].ShouldBe([false, true]);
        changes.First().Kind.ShouldBe(CameraFaultKind.Busy);
    }

    [Fact]
    public async Task A_camera_whose_frames_stop_is_opened_again_by_the_age_of_the_last_frame()
    {
        Scripted source = new(opening => opening == 1 ? Step.PlayThenHang : Step.Play);
        ConcurrentQueue<CameraChange> changes = new();
        using FrameSlot slot = new();
        CameraSupervisor supervisor = new(source, slot, Quick, TimeProvider.System, changes.Enqueue);
        await RunUntil(supervisor, () => source.Openings >= 2 && supervisor.IsRunning);
        changes.ShouldContain(c => c.Kind == CameraFaultKind.NoFrames && c.Sentence.Contains("no whole frame for 0.2 s", StringComparison.Ordinal));
        source.Closings.ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task The_frame_rate_and_the_time_of_the_last_frame_are_measured()
    {
        Scripted source = new(_ => Step.Play);
        using FrameSlot slot = new();
        CameraSupervisor supervisor = new(source, slot, Quick, TimeProvider.System, _ => { });
        await RunUntil(supervisor, () => supervisor.Status is { FramesPerSecond: > 1, LastFrameAt: not null });
        source.Tally.Good.ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task The_newest_frame_wins_and_the_slot_never_grows()
    {
        using FrameSlot slot = new();
        List<CameraFrame> frames = [.. Enumerable.Range(0, 100).Select(i => CameraFrame.Jpeg(Jpegs.Make(i % 7), TimeSpan.FromMilliseconds(i)))];
        foreach (CameraFrame frame in frames) slot.Put(frame);
        slot.Replaced.ShouldBe(99);
        using CameraFrame? taken = await slot.TakeAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        taken.ShouldNotBeNull().CapturedAt.ShouldBe(TimeSpan.FromMilliseconds(99));
        Should.Throw<ObjectDisposedException>(() => frames[0].Data.Length);
        (await slot.TakeAsync(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    [Theory]
    [InlineData("v4l2:/dev/video0?width=1280&height=720&fps=30&format=yuyv", null)]
    [InlineData("v4l2:/dev/video0?format=nv12", null)]
    [InlineData("mjpeg:http://127.0.0.1:5091/stream", null)]
    [InlineData("process:rpicam-vid --codec mjpeg -o - --width '640'", null)]
    [InlineData("none", null)]
    [InlineData("v4l2:/dev/video0?width=9", "'width=9' is not one of")]
    [InlineData("v4l2:video0", "the path of a device")]
    [InlineData("rtsp://camera", "must begin with v4l2:, mjpeg: or process:")]
    [InlineData("mjpeg:ftp://camera", "http or https address")]
    [InlineData("process:cam 'x", "quotation mark")]
    public void A_camera_address_is_understood_or_refused_with_a_reason(string text, string? problem)
    {
        bool made = CameraAddress.TryCreate(text, TimeProvider.System, out IFrameSource? source, out string? said);
        (source as IDisposable)?.Dispose();
        made.ShouldBe(problem is null);
        if (problem is not null) said.ShouldNotBeNull().ShouldContain(problem);
    }

    private static async Task RunUntil(CameraSupervisor supervisor, Func<bool> done)
    {
        using CancellationTokenSource stop = new();
        Task run = supervisor.RunAsync(() => { }, stop.Token);
        await Until.True(done, "the supervisor's state");
        await stop.CancelAsync();
        await run;
    }

    private enum Step
    {
        Busy,
        Play,
        PlayThenHang,
    }

    private sealed class Scripted(Func<int, Step> script) : IFrameSource
    {
        public int Openings { get; private set; }

        public int Closings { get; private set; }

        public string Name => "The scripted camera";

        public FrameTally Tally { get; } = new();

        public async IAsyncEnumerable<CameraFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Step step = script(++Openings);
            if (step == Step.Busy) throw new CameraException(CameraFaultKind.Busy, "The scripted camera is in use.");
            try
            {
                for (int i = 0; ; i++)
                {
                    if (step == Step.PlayThenHang && i == 3) await Task.Delay(Timeout.Infinite, cancellationToken);
                    await Task.Delay(10, cancellationToken);
                    Tally.Accept();
                    yield return CameraFrame.Jpeg(Jpegs.Make(i), TimeSpan.FromMilliseconds(i));
                }
            }
            finally
            {
                Closings++;
            }
        }
    }
}
