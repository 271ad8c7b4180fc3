using Devices.Bridge.Store;

namespace Devices.Bridge.Ingest;

/// <summary>Makes every refused message and connection visible: a row for people, a line in the log. Never fails its caller.</summary>
public sealed class MqttRefusals(IExceptionStore exceptions, ILogger<MqttRefusals> log)
{
    /// <param name="terminal">The certificate's name.</param>
    public Task RaiseAsync(string terminal, string code, string text, Guid? ledger = null) => RaiseAsync(new Finding("access", code, text) { Terminal = terminal, Ledger = ledger });

    public async Task RaiseAsync(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        log.LogWarning("Refused from {Terminal}: {Text}", finding.Terminal, finding.Text);
        try
        {
            await exceptions.RaiseAsync(finding);
        }
        catch (StoreUnavailableException fault)
        {
            log.LogError("The refusal could not be written down: {Fault}", fault.Message);
        }
    }
}
