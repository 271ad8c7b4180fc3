namespace Devices.Edge.Vision.Evaluation;

/// <summary>A folder <c>person/picture.jpg</c>: one sub-folder a person. What is not used is listed, never left out silently.</summary>
/// <param name="Pictures">By person, then by file name (ordinal).</param>
/// <param name="Unused">Files and empty folders that are no picture of a person.</param>
public sealed record PictureFolder(IReadOnlyList<EvaluationPicture> Pictures, IReadOnlyList<string> Unused)
{
    /// <param name="same">Folders that hold the same person as another one: folder name → the other's name.</param>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    public static PictureFolder Read(string root, IReadOnlyDictionary<string, string>? same = null)
    {
        var pictures = new List<EvaluationPicture>();
        var unused = new List<string>(Directory.EnumerateFiles(root));
        foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            var before = pictures.Count;
            var name = Path.GetFileName(folder);
            var person = same?.GetValueOrDefault(name) ?? name;
            foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            {
                if (IsJpeg(file))
                {
                    pictures.Add(new EvaluationPicture(person, file));
                }
                else
                {
                    unused.Add(file);
                }
            }

            unused.AddRange(Directory.EnumerateDirectories(folder));
            if (pictures.Count == before)
            {
                unused.Add(folder);
            }
        }

        unused.Sort(StringComparer.Ordinal);
        return new PictureFolder(pictures, unused);
    }

    private static bool IsJpeg(string file) =>
        Path.GetExtension(file).ToUpperInvariant() is ".JPG" or ".JPEG";
}
