using Devices.Edge.Vision.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Devices.Edge.Vision.Packs;

/// <summary>Verifies a pack's directory, then opens its models and runs each once, so that a bad model is named at start-up.</summary>
public static class PackLoader
{
    /// <param name="directory">Installed pack: manifest, licence texts and weights side by side.</param>
    /// <param name="options">Null takes the defaults.</param>
    public static PackLoadResult Load(string directory, PackOptions? options = null)
    {
        options ??= new PackOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.IntraOpThreads, 1);
        if (CpuSupport.Check() is { } cpu)
        {
            return PackLoadResult.Refuse(cpu);
        }

        var verified = PackVerifier.Verify(directory, options.ForCalibration);
        if (!verified.IsSound)
        {
            return PackLoadResult.Refuse(verified.Fault);
        }

        LoadedPack? pack = null;
        try
        {
            pack = new LoadedPack(directory, verified.Manifest, options);
            using var analyzer = pack.CreateAnalyzer();
            analyzer.WarmUp();
            return PackLoadResult.Of(pack);
        }
        catch (Exception e) when (e is OnnxRuntimeException or ModelShapeException or ModelFaultException)
        {
            pack?.Dispose();
            return PackLoadResult.Refuse(new PackFault(PackFaultCode.ModelRefused,
                $"A model of pack {verified.Manifest.Reference} does not run as its manifest says: {e.Message.TrimEnd('.')}.",
                "Install a pack whose manifest fits its models."));
        }
    }
}
