using System.Net;

namespace Devices.Standins.Tests.Camera;

public sealed class FrameFaultTests
{
    // A viewer on a busy machine misses frames, as with any camera: nothing here counts on seeing each one.
    [Theory]
    [InlineData("corrupt-frame")]
    [InlineData("truncated")]
    public async Task A_damaged_frame_really_does_not_decode_and_the_next_ones_do(string kind)
    {
        await using var camera = await FilmedCamera.StartAsync();
        await camera.PostAsync("fault", new { kind, frames = 10 });
        var whole = new List<bool>();
        await foreach (var frame in camera.FramesAsync())
        {
            using var picture = FilmedCamera.Decode(frame);
            whole.Add(picture is not null);
            if (whole.Count(w => w) == 3)
            {
                break;
            }
        }

        var damaged = whole.Count - 3;
        damaged.ShouldBeInRange(1, 10);
        whole.Take(damaged).ShouldAllBe(w => !w);
        (await camera.StateAsync())["framesHit"]!.GetValue<long>().ShouldBe(10);
    }

    [Fact]
    public async Task Corrupt_frames_come_with_zeros_in_front_and_with_destroyed_tables_by_turns()
    {
        await using var camera = await FilmedCamera.StartAsync();
        await camera.PostAsync("fault", new { kind = "corrupt-frame", frames = 10_000 });
        var seen = new HashSet<string>();
        await foreach (var frame in camera.FramesAsync())
        {
            FilmedCamera.Decode(frame).ShouldBeNull();
            seen.Add(Convert.ToHexString(frame.AsSpan(0, 4)));
            if (seen.Count == 2)
            {
                break;
            }
        }

        seen.Order().ShouldBe(["00000000", "FFD80000"]);
    }

    [Fact]
    public async Task A_frozen_camera_repeats_the_last_frame_byte_for_byte()
    {
        await using var camera = await FilmedCamera.StartAsync();
        var frames = new List<byte[]>();
        await foreach (var frame in camera.FramesAsync())
        {
            frames.Add(frame);
            if (frames.Count == 2)
            {
                await camera.PostAsync("fault", new { kind = "freeze", frames = 10 });
            }

            if (frames.Count == 20)
            {
                break;
            }
        }

        // Noise makes each live frame different, so equal neighbours are frozen ones.
        frames.Zip(frames.Skip(1)).Count(pair => pair.First.SequenceEqual(pair.Second)).ShouldBeInRange(1, 10);
    }

    [Fact]
    public async Task Dropped_frames_do_not_come_and_the_stream_goes_on()
    {
        await using var camera = await FilmedCamera.StartAsync();
        await camera.PostAsync("fault", new { kind = "drop", frames = 10 });
        await camera.TakeAsync(2);
        var state = await camera.StateAsync();
        state["framesHit"]!.GetValue<long>().ShouldBe(10);
        state["frames"]!.GetValue<long>().ShouldBeGreaterThanOrEqualTo(12);
        state["faults"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"kind":"melt"}""", "$.kind")]
    [InlineData("""{"kind":"drop","frames":0}""", "frames")]
    [InlineData("""{"kind":"drop","often":1}""", "'often'")]
    [InlineData("nonsense", "Cannot read the body")]
    public async Task An_unusable_fault_is_http_400_with_one_sentence(string body, string names)
    {
        await using var camera = await FilmedCamera.StartAsync();
        using var response = await camera.SendAsync("fault", body);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync(FilmedCamera.Token)).ShouldContain(names);
    }
}
