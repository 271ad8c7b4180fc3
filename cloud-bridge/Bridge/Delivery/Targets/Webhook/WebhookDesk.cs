using System.Globalization;
using System.Text;
using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery.Targets.Webhook;

/// <summary>What an operator does with the webhook: pause it, try the connection, change the secret over.</summary>
public sealed class WebhookDesk(WebhookTarget target, WebhookSwitch power, WebhookOptions options, TargetHost host)
{
    public const string TargetName = "webhook";

    /// <summary>The address without what may be a key in it.</summary>
    public string Address => options.Address.GetLeftPart(UriPartial.Authority);

    public Pause? Stopped => host.Lanes.FirstOrDefault(lane => lane.Target == TargetName)?.Status.Current;

    public Task<string?> PausedByAsync(CancellationToken cancellationToken) => power.PausedByAsync(cancellationToken);

    public Task PauseAsync(string by, CancellationToken cancellationToken) => power.PauseAsync(by, cancellationToken);

    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        await power.PauseAsync("", cancellationToken);
        host.Lanes.FirstOrDefault(lane => lane.Target == TargetName)?.Status.TryNow();
    }

    /// <summary>A call that no receiver can take for a punch: another type, and no data of anybody.</summary>
    public Task<DeliveryOutcome> PingAsync(CancellationToken cancellationToken) => target.PingAsync(cancellationToken);

    /// <summary>How many secrets sign a call: 2 while one is changed over.</summary>
    public int Secrets => WebhookSecrets.Read(options.SecretFile).Keys.Count;

    /// <summary>A new secret beside the present one: both sign each call until <see cref="EndOverlap"/>. The secret, or a sentence about why not.</summary>
    public (string? Secret, string? Problem) Rotate()
    {
        string[] lines = Lines();
        if (lines.Length != 1) return (null, "A secret is being changed over already: end that first.");
        string made = WebhookSecrets.New();
        return Write([made, lines[0]]) is { } problem ? (null, problem) : (made, null);
    }

    /// <summary>Only the new secret signs from now on. Null, or a sentence about why not.</summary>
    public string? EndOverlap() => Lines() is [{ } current, _] ? Write([current]) : "No secret is being changed over.";

    private string[] Lines()
    {
        try
        {
            return File.ReadAllText(options.SecretFile).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Beside it and renamed: a call in between reads the whole old file or the whole new one.
    private string? Write(string[] lines)
    {
        string beside = options.SecretFile + ".new";
        try
        {
            FileStreamOptions only = new() { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) only.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (FileStream file = new(beside, only))
            {
                file.Write(Encoding.ASCII.GetBytes(string.Join('\n', lines) + "\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(beside, options.SecretFile, overwrite: true);
            _ = DirectorySync.TryFlush(Path.GetDirectoryName(Path.GetFullPath(options.SecretFile))!);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"The bridge may not write {options.SecretFile}: put the new secret there by hand, the new one first.");
        }
    }
}
