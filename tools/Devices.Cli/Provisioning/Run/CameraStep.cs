using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Terminal;
using Devices.Cli.View;
using Spectre.Console;

namespace Devices.Cli.Provisioning.Run;

/// <summary>The camera as the agent sees it: rate, light, focus; and where a person sits there, the live picture and their word.</summary>
internal sealed class CameraStep(ProvisionScene scene)
{
    private const double LeastRate = 5;
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(10);

    private bool Asks => scene.Output.Interactive && scene.Answers.CameraCheck == "ask";

    public Step Step() => new("camera", "Camera", Side.Camera, TimeSpan.FromSeconds(45), RunAsync) { IsDone = () => scene.Journal.IsDone("camera"), AsksPerson = Asks };

    private async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        if (!Asks)
        {
            (double rate, CameraLook look) = await MeasureAsync(cancellationToken);
            return look.Fault() is { } fault ? throw new CliException(ExitCodes.CameraPoor, $"{fault} ({look})") : Found(rate, look);
        }

        using var agent = new AgentClient(scene.Socket);
        using var lease = new ViewLease(agent, Environment.UserName, scene.Host.Clock);
        var gate = new ViewGate();
        await using ViewListener listener = await ViewListener.StartAsync(agent, lease, gate, 0, TimeSpan.FromMinutes(30), scene.Host.Clock);
        await lease.OpenAsync(cancellationToken);
        scene.Output.Say(string.Create(CultureInfo.InvariantCulture, $"Open in a browser on this machine: http://127.0.0.1:{listener.Port}/?token={gate.Token}"), Color.Green);
        scene.Output.Say(string.Create(CultureInfo.InvariantCulture, $"From another computer, first run there: ssh -N -L {listener.Port}:127.0.0.1:{listener.Port} USER@BOARD"));
        while (true)
        {
            (double rate, CameraLook look) = await MeasureAsync(cancellationToken);
            string? fault = look.Fault();
            scene.Output.Say(fault ?? $"Measured: {Found(rate, look)}", fault is null ? Color.Green : Color.Yellow);
            string word = await scene.Output.Console.PromptAsync(new TextPrompt<string>(fault is null ? "Does the picture show a face at one metre, upright and sharp? (yes, no, again)" : "Correct it, then say again; or keep it as it is: yes, no, again").AddChoices(["yes", "no", "again"]).DefaultValue(fault is null ? "yes" : "again"), cancellationToken);
            if (word == "yes") return $"{Found(rate, look)} Seen and found good by the technician.";
            if (word == "no") throw new CliException(ExitCodes.CameraPoor, $"The technician does not find the picture good. {fault} ({look})");
        }
    }

    private static string Found(double rate, CameraLook look) => string.Create(CultureInfo.InvariantCulture, $"{rate:0.0} pictures a second, {look}.");

    /// <summary>Waits for a steady rate, then measures the newest picture.</summary>
    private async Task<(double Rate, CameraLook Look)> MeasureAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        string last = "no camera is configured";
        using var agent = new AgentClient(scene.Socket);
        while (true)
        {
            JsonElement status = (await agent.SendAsync(HttpMethod.Get, "/status", null, Answer, cancellationToken)).Demand();
            if (!status.TryGetProperty("camera", out JsonElement camera) || camera.ValueKind != JsonValueKind.Object)
                throw new CliException(ExitCodes.CameraPoor, "The agent has no camera configured.", "Give --camera (see `ls /dev/video*`), or leave the check out with --camera-check skip.");
            double rate = camera.GetProperty("frames_per_second").GetDouble();
            if (camera.GetProperty("running").GetBoolean() && rate >= LeastRate) return (rate, await PictureAsync(agent, limit.Token));
            last = camera.TryGetProperty("fault", out JsonElement fault) && fault.ValueKind == JsonValueKind.String ? fault.GetString()!
                : string.Create(CultureInfo.InvariantCulture, $"{rate:0.0} pictures a second come; recognition needs {LeastRate:0}");
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new CliException(ExitCodes.CameraPoor, $"The camera gives no steady picture: {last.TrimEnd('.')}.", "Check its cable and --camera (`ls /dev/video*`); a camera that is slow in the dark needs light.");
            }
        }
    }

    private async Task<CameraLook> PictureAsync(AgentClient agent, CancellationToken cancellationToken)
    {
        using var lease = new ViewLease(agent, Environment.UserName, scene.Host.Clock);
        await lease.OpenAsync(cancellationToken);
        for (int i = 0; i < 10; i++)
        {
            using HttpResponseMessage answer = await agent.OpenAsync(HttpMethod.Get, $"/view/frame?view={lease.Id}", null, Answer, cancellationToken);
            byte[] packet = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            if (packet.Length < 4) continue;
            int json = BinaryPrimitives.ReadInt32BigEndian(packet);
            if (json < 0 || 4 + json >= packet.Length) continue;
            if (CameraJudge.Look(packet[(4 + json)..]) is { } look) return look;
        }

        throw new CliException(ExitCodes.CameraPoor, "The camera runs, but none of ten pictures could be read.", "Check its cable, or give another format in --camera (format=yuyv).");
    }
}
