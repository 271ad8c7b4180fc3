using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Devices.Bridge.Web;

/// <summary>
/// The style sheet, the icon and the script, inside the assembly so that the bridge is one program that serves them from any directory.
/// Their addresses carry a hash, so browsers may keep them for good.
/// </summary>
public static class SiteAssets
{
    private const string Prefix = "assets/";

    private static readonly FrozenDictionary<string, (byte[] Bytes, string Hash, string Type)> Files = Load();

    /// <summary>The address of a file, with its hash.</summary>
    public static string Address(string name) => $"/assets/{name}?v={Files[name].Hash}";

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/assets/{name}", (string name, HttpContext context) =>
    {
        if (!Files.TryGetValue(name, out var file)) return Results.NotFound();
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(file.Bytes, file.Type);
    }).AllowAnonymous();

    private static FrozenDictionary<string, (byte[] Bytes, string Hash, string Type)> Load()
    {
        Dictionary<string, (byte[] Bytes, string Hash, string Type)> files = new(StringComparer.Ordinal);
        foreach (string resource in typeof(SiteAssets).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using Stream stream = typeof(SiteAssets).Assembly.GetManifestResourceStream(resource)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            string type = Path.GetExtension(resource) switch { ".css" => "text/css; charset=utf-8", ".js" => "text/javascript; charset=utf-8", _ => "image/svg+xml" };
            files[resource[Prefix.Length..]] = (bytes, Convert.ToHexStringLower(SHA256.HashData(bytes))[..12], type);
        }

        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
