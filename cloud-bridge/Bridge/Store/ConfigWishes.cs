using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Devices.Bridge.Store;

/// <summary>Lays layers over each other.</summary>
public static class ConfigWishes
{
    /// <param name="layers">The widest first.</param>
    public static ConfigWish Merge(IReadOnlyList<ConfigLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        SortedDictionary<string, string> settings = new(StringComparer.Ordinal);
        Dictionary<string, ConfigScope> from = new(StringComparer.Ordinal);
        foreach (ConfigLayer layer in layers)
            foreach ((string key, string value) in layer.Settings) (settings[key], from[key]) = (value, layer.Scope);
        long revision = layers.Count == 0 ? 0 : layers.Max(one => one.Revision);
        StringBuilder text = new(revision.ToString(CultureInfo.InvariantCulture));
        foreach ((string key, string value) in settings) text.Append('\n').Append(key).Append('=').Append(value);
        string digest = revision == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
        return new(revision, digest, settings, from);
    }
}
