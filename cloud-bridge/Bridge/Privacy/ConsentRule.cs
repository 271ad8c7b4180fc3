using Devices.Bridge.Store;

namespace Devices.Bridge.Privacy;

/// <summary>
/// Has terminals told, at a start with another <c>RequireConsent</c> than before, whose face may not be enrolled, or may be again: the roster says
/// it of each person, and nobody's row changes by a setting.
/// </summary>
public sealed class ConsentRule(PrivacyOptions options, IPrivacyStore store, ILogger<ConsentRule> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        int told = await store.TellRequirementAsync(options.RequireConsent, cancellationToken);
        if (told > 0) log.LogInformation("Consent to face recognition is {Rule} now: terminals are told of {Count} people without one.", options.RequireConsent ? "required" : "not required any more", told);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
