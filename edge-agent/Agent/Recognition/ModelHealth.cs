using Devices.Edge.Agent.Hosting;
using Devices.Edge.Vision.Runtime;
using Microsoft.Extensions.Logging;

namespace Devices.Edge.Agent.Recognition;

/// <summary>Tells once that the models failed, and once that they work again, however many frames were lost between.</summary>
/// <param name="whole">What the health page says while they work.</param>
public sealed class ModelHealth(HealthBoard health, Narration narration, string whole)
{
    private string? _told;

    public void Failed(ModelFaultException fault)
    {
        health.Set(HealthBoard.Models, false, fault.Message);
        // Waiting for the next start, or the same again, is no news.
        if (_told is not null && (!fault.Stopped || fault.Message == _told)) return;
        if (_told is null || fault.Stopped) narration.Warn("models", fault.Message);
        _told = fault.Message;
    }

    public void Works()
    {
        if (_told is null) return;
        _told = null;
        health.Set(HealthBoard.Models, true, whole);
        narration.Tell("models", "The face models work again.");
    }
}
