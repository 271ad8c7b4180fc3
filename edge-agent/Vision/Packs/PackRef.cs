using System.Text.Json.Serialization;

namespace Devices.Edge.Vision.Packs;

/// <summary>Identity of a model pack; written <c>id@version</c> in punches and templates.</summary>
public readonly record struct PackRef(string Id, string Version)
{
    public override string ToString() => $"{Id}@{Version}";

    /// <summary>Reads <c>id@version</c>; false when either part is missing.</summary>
    public static bool TryParse(string? text, out PackRef pack)
    {
        var at = text?.IndexOf('@', StringComparison.Ordinal) ?? -1;
        pack = at > 0 && at < text!.Length - 1 ? new PackRef(text[..at], text[(at + 1)..]) : default;
        return pack.Id is not null;
    }
}
