using System.Globalization;

namespace Devices.Edge.Agent.Hosting;

/// <summary>
/// Counts starts of the models that did not end in order. Inference can abort the whole process beyond any catch
/// (microsoft/onnxruntime#23716); after three such starts in a row the agent starts without it, so that cards still work.
/// </summary>
public sealed class CrashGuard(string file)
{
    /// <summary>So many unfinished starts in a row end in card-only mode.</summary>
    public const int Limit = 3;

    /// <summary>Starts in a row that did not end in order.</summary>
    public int Unfinished =>
        File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 0;

    public bool Tripped => Unfinished >= Limit;

    /// <summary>To be called before the models are touched.</summary>
    public void Begin() => File.WriteAllText(file, (Unfinished + 1).ToString(CultureInfo.InvariantCulture));

    /// <summary>They have worked for a while, or ended in order.</summary>
    public void Settle() => File.Delete(file);
}
