using Devices.Edge.Agent.Punching;
using Devices.Edge.Agent.Secrets;
using Devices.Edge.Ledger.Tpm;

namespace Devices.Edge.Agent.Hosting;

/// <summary>The key of the face templates: what is told of it, and what is done while it is locked.</summary>
public sealed partial class AgentRuntime
{
    private static readonly TimeSpan AskTpmAgain = TimeSpan.FromSeconds(30);

    private void TellTemplateKey(EventGate gate)
    {
        if (_templateKey.Note is { } note)
        {
            _narration.Warn("tpm", note);
            gate.Offer("tpm", note, security: true);
        }

        if (_templateKey.Locked is not { } locked) return;
        _narration.Warn("tpm", locked);
        gate.Offer("tpm-locked", locked, security: true);
    }

    // A TPM that is there again (its driver came late, its account was put right): the agent starts anew with faces. Cards go on until then.
    private async Task WaitForKeyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(AskTpmAgain, _time, cancellationToken).ConfigureAwait(false);
            using TemplateKey again = TemplateKey.Open(_options.TemplateKeyFile, BoardTpm.Of(_options.Tpm));
            if (again.IsLocked) continue;
            StopAsked?.Invoke("The key of the face templates can be opened again.");
            return;
        }
    }
}
