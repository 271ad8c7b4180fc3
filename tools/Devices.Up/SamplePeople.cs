using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Devices.Up;

/// <summary>
/// Who works at the sample site (<c>sample-people.json</c>): from which pictures each is enrolled and in which other pictures
/// or moments of a video each comes to the terminal. The names are made up; the pictures come from npm packages at run time.
/// </summary>
internal sealed class SamplePeople
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>A picture below the faces folder, or a moment of a video; optionally only a part of it.</summary>
    /// <param name="Filter">An ffmpeg filter, for one person out of a group picture.</param>
    internal sealed record Picture(string File, double? At = null, string? Filter = null);

    /// <summary>How a person comes to the terminal: a still held in view, or a piece of a video.</summary>
    internal sealed record Visit(string File, double? Start = null, string? Filter = null);

    internal sealed record Person(string Id, string Name, string? Card, IReadOnlyList<Picture> Enrol, IReadOnlyList<Visit> Visits);

    internal sealed record Sheet(IReadOnlyList<Person> People, IReadOnlyList<Visit> Strangers, IReadOnlyList<Visit> Masks);

    private readonly Layout _layout;
    private readonly Sheet _sheet;

    private SamplePeople(Layout layout, Sheet sheet)
    {
        _layout = layout;
        _sheet = sheet;
    }

    public IReadOnlyList<Person> All => _sheet.People;

    /// <summary>Those with a face to show, in the order in which they come.</summary>
    public IReadOnlyList<Person> WithFace => [.. _sheet.People.Where(p => p.Visits.Count > 0)];

    public IReadOnlyList<Visit> Strangers => _sheet.Strangers;

    public IReadOnlyList<Visit> Masks => _sheet.Masks;

    public static SamplePeople Load(Layout layout)
    {
        string file = Path.Combine(layout.Root, "tools", "Devices.Up", "sample-people.json");
        Sheet sheet = JsonSerializer.Deserialize<Sheet>(File.ReadAllBytes(file), Json) ?? throw new UpFault($"{file} is empty.");
        return new(layout, sheet);
    }

    /// <summary>Lays out the folder that <c>devices enrol</c> takes: one folder a person with pictures, and people.json.</summary>
    public async Task LayOut(CancellationToken stop)
    {
        foreach (Person person in _sheet.People)
        {
            string folder = Path.Combine(_layout.People, person.Id);
            Directory.CreateDirectory(folder);
            int n = 0;
            foreach (Picture picture in person.Enrol)
                await Cut(Source(picture.File), picture.At, picture.Filter, Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{++n}.jpg")), stop).ConfigureAwait(false);
        }
        var list = _sheet.People.Select(p => new { id = p.Id, name = p.Name, card = p.Card });
        await File.WriteAllTextAsync(Path.Combine(_layout.People, "people.json"), JsonSerializer.Serialize(list, Json), stop).ConfigureAwait(false);
    }

    /// <summary>The still of a visit as a file the camera stand-in can show.</summary>
    public async Task<string> Still(Visit visit, CancellationToken stop)
    {
        if (visit.Filter is null && visit.Start is null) return Source(visit.File);
        string file = Path.Combine(_layout.Probes, $"{Path.GetFileNameWithoutExtension(visit.File)}-{Math.Abs(HashCode.Combine(visit.Filter, visit.Start)):x}.jpg");
        if (!File.Exists(file)) await Cut(Source(visit.File), visit.Start, visit.Filter, file, stop).ConfigureAwait(false);
        return file;
    }

    public string Source(string file)
    {
        string path = Path.Combine(_layout.Faces, file);
        return File.Exists(path) ? path : throw new UpFault($"The sample face {path} is missing. Run tools/up, which installs it.");
    }

    /// <summary>Departments and people as the DingTalk stand-in is seeded with them.</summary>
    public string PlatformSeed() => JsonSerializer.Serialize(new
    {
        departments = new[] { new { dept_id = 1, name = "Sample company", parent_id = 0 }, new { dept_id = 2, name = "Workshop 车间", parent_id = 1 } },
        users = _sheet.People.Select((p, i) => new { userid = p.Id, name = p.Name, job_number = string.Create(CultureInfo.InvariantCulture, $"{i + 1:0000}"), dept_id_list = new[] { i % 2 + 1 } }),
    }, Json);

    private static async Task Cut(string source, double? at, string? filter, string target, CancellationToken stop)
    {
        if (at is null && filter is null)
        {
            File.Copy(source, target, overwrite: true);
            return;
        }
        List<string> args = ["-v", "error", "-y"];
        if (at is { } seconds) args.AddRange(["-ss", seconds.ToString(CultureInfo.InvariantCulture)]);
        args.AddRange(["-i", source, "-frames:v", "1"]);
        if (filter is not null) args.AddRange(["-vf", filter]);
        args.AddRange(["-q:v", "2", target]);
        try
        {
            using Process ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", args) { RedirectStandardError = true, RedirectStandardInput = true })!;
            ffmpeg.StandardInput.Close();
            string errors = await ffmpeg.StandardError.ReadToEndAsync(stop).ConfigureAwait(false);
            await ffmpeg.WaitForExitAsync(stop).ConfigureAwait(false);
            if (ffmpeg.ExitCode != 0) throw new UpFault($"ffmpeg could not cut {Path.GetFileName(source)}: {errors.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new UpFault("ffmpeg is missing. Run tools/up, which installs it, or `apt-get install ffmpeg`.");
        }
    }
}
