using Devices.Bridge.Store;

namespace Devices.Bridge.Delivery;

/// <summary>
/// "Success" is not "recorded": at intervals the platform's record list is asked for delivered punches that are not proved.
/// One call covers 50 people and seven days, and the last <see cref="PlatformOptions.KeptForUploads"/> calls of a month are not touched.
/// </summary>
public sealed class Verifier(
    IPlatformTarget target, IProofStore proofs, OutcomeHandler outcomes, Prover prover, DeviceNames names,
    DeliveryStatus status, PlatformOptions options, TimeProvider clock, ILogger<Verifier> log) : BackgroundService
{
    private const int Most = 2000;

    /// <summary>One pass. Returns how many punches were proved.</summary>
    public async Task<int> PassAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        long before = (now - TimeSpan.FromMinutes(options.VerifyAfterMinutes)).ToUnixTimeMilliseconds();
        IReadOnlyList<UnprovedPunch> due = await proofs.UnprovedAsync(before, now.ToUnixTimeMilliseconds(), Most, cancellationToken);
        List<Sought> sought = [];
        foreach (UnprovedPunch punch in due)
        {
            DeliveryItem item = new(punch.Person, punch.At, punch.Key.Terminal, await names.OfAsync(punch.Key.Terminal, cancellationToken));
            // The list does not reach beyond its window: the punch stays "delivered, not proved". A clock set back is no reason to give up.
            if (now.ToUnixTimeMilliseconds() - item.At < target.Window.TotalMilliseconds) sought.Add(new(punch.PunchId, punch.Key, item, Accepted: true));
            else await proofs.CountCheckAsync(punch.PunchId, long.MaxValue, cancellationToken);
        }

        ProofResult result = await prover.LookAsync(target, sought, options.KeptForUploads, cancellationToken);
        foreach (Sought missing in result.Missing) await MissedAsync(missing, cancellationToken);
        foreach ((Sought punch, DeliveryOutcome why) in result.Unanswered.Where(u => u.Why.Kind == OutcomeKind.Refused && !ReferenceEquals(u.Why, result.Stopped))) await RefusedAsync(punch, why, cancellationToken);
        if (due.Count > 0) log.LogInformation("Verified {Found} of {Asked} delivered punches at the platform.", result.Found.Count, sought.Count);
        if (result.Stopped is { } stopped) await StoppedAsync(stopped, cancellationToken);
        else if (sought.Count > 0) await outcomes.AnsweredAsync(cancellationToken);
        return result.Found.Count;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.VerifyMinutes == 0) return;
        using PeriodicTimer timer = new(TimeSpan.FromMinutes(options.VerifyMinutes), clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                // A pause of the tenant holds for lookups too: they use the same token, address and allowance.
                if (status.Current is not { } pause || pause.Until <= clock.GetUtcNow()) await PassAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                log.LogError(exception, "A verification pass failed; the next one tries again.");
            }
        }
    }

    private async Task StoppedAsync(DeliveryOutcome stopped, CancellationToken cancellationToken)
    {
        log.LogWarning("Verification stopped: {Reason} {Code}", Sentence.Of(stopped.Reason), stopped.Code);
        // Our own reserve for uploads is no reason to stop the uploads.
        if (stopped.Kind is OutcomeKind.Configuration or OutcomeKind.Throttled or OutcomeKind.Banned) await outcomes.StopAsync(stopped, cancellationToken);
    }

    // The platform said yes and will not be asked: no proof, but no sign against it either. It stays "delivered, not proved".
    private async Task RefusedAsync(Sought punch, DeliveryOutcome why, CancellationToken cancellationToken)
    {
        int checks = await CountAsync(punch, cancellationToken);
        if (checks < options.VerifyLookups) return;
        log.LogWarning("Punch {Punch} cannot be verified, the platform refuses the question: {Reason} {Code}", punch.Key, Sentence.Of(why.Reason), why.Code);
        await proofs.CountCheckAsync(punch.PunchId, long.MaxValue, cancellationToken);
    }

    // Each look waits four times as long as the one before: 1, 4, 16 … passes.
    private async Task<int> CountAsync(Sought punch, CancellationToken cancellationToken)
    {
        int checks = await proofs.ChecksAsync(punch.PunchId, cancellationToken) + 1;
        double minutes = options.VerifyMinutes * Math.Pow(4, Math.Min(checks - 1, 6));
        await proofs.CountCheckAsync(punch.PunchId, clock.GetUtcNow().AddMinutes(minutes).ToUnixTimeMilliseconds(), cancellationToken);
        return checks;
    }

    private async Task MissedAsync(Sought missing, CancellationToken cancellationToken)
    {
        if (await CountAsync(missing, cancellationToken) < options.VerifyLookups) return;
        if (!await proofs.GiveUpAsync(missing.PunchId, "reason.not_recorded", cancellationToken)) return;
        log.LogWarning("The platform said yes to punch {Punch} but does not show it: dead letter.", missing.Key);
    }
}
