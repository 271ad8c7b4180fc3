using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Devices.Edge.Vision.Tests.Support;

namespace Devices.Benchmarks.Page;

/// <summary>
/// Runs every section one after the other and writes <c>tests/Benchmarks/RESULTS.md</c>: the machine, versions, what is claimed with its
/// figure and limit, and each section's tables. A section that was not asked for keeps its text of before, with the day and revision at which
/// it was measured.
/// </summary>
internal static partial class PageCommand
{
    public static int Run(string[] args)
    {
        string[]? only = Array.IndexOf(args, "--only") is >= 0 and int at && at + 1 < args.Length ? args[at + 1].Split(',') : null;
        bool quick = args.Contains("--quick");
        IReadOnlyList<Section> sections = Sections.All(quick);
        if (only?.FirstOrDefault(name => sections.All(section => section.Name != name)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no section {unknown}. There are: {string.Join(", ", sections.Select(section => section.Name))}.");
            return 2;
        }

        string page = Path.Combine(RepoRoot.Path, "tests", "Benchmarks", "RESULTS.md");
        Dictionary<string, string> texts = File.Exists(page) ? Former(File.ReadAllText(page)) : [];
        bool failed = false;
        foreach (Section section in sections)
        {
            if (section.File is null && only is not null && !only.Contains(section.Name)) continue;
            string? text = section.File is { } file ? Quoted(file) : Measured(section, ref failed);
            if (text is not null) texts[section.Name] = text;
            // After each section, so that a stop half-way keeps what was measured.
            File.WriteAllText(page, Whole(sections, texts));
        }

        Console.Error.WriteLine($"Written: {page}");
        return failed ? 1 : 0;
    }

    private static string Whole(IReadOnlyList<Section> sections, Dictionary<string, string> texts)
    {
        StringBuilder page = new("# What was measured\n\n`./tools/benchmarks` writes this page; `./tools/benchmarks --only NAME,NAME` measures parts anew. Ratios and limits belong to the project, milliseconds to the machine.\n\n");
        page.Append("## Machine\n\n").Append(Machine.Table()).Append("\n## Claims\n\n| what | measured | against | goal | met |\n| --- | --- | --- | --- | --- |\n");
        foreach (Section section in sections)
            foreach (Claim claim in section.Claims) page.Append(claim.Line(texts.GetValueOrDefault(section.Name, ""), Anchor(section.Title))).Append('\n');
        foreach (Section section in sections)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {section.Title}\n\n<!-- section {section.Name} -->\n");
            page.Append(texts.GetValueOrDefault(section.Name, $"Not measured yet: `{section.Command}`.").Trim()).Append("\n<!-- end -->\n");
        }

        return page.ToString();
    }

    private static string? Measured(Section section, ref bool failed)
    {
        StringBuilder text = new(string.Create(CultureInfo.InvariantCulture, $"Measured {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC at {Machine.Revision(RepoRoot.Path)}: `{section.Command}`.\n"));
        foreach (string[] run in section.Runs)
        {
            Console.Error.WriteLine($"{section.Name}: {string.Join(' ', run)}");
            ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
            foreach (string argument in run) start.ArgumentList.Add(argument);
            using Process process = Process.Start(start)!;
            string said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            // 1 is "beyond a goal", which the claims say; anything else is a run that did not end.
            if (process.ExitCode is not (0 or 1))
            {
                Console.Error.WriteLine($"{section.Name}: {string.Join(' ', run)} ended with {process.ExitCode}; its former figures stay.");
                failed = true;
                return null;
            }

            text.Append('\n').Append(said.Trim().ReplaceLineEndings("\n")).Append('\n');
        }

        return text.ToString();
    }

    // The tables and words of another command's results, a heading deeper.
    private static string? Quoted(string file)
    {
        string path = Path.Combine(RepoRoot.Path, file);
        if (!File.Exists(path)) return null;
        string text = Heading().Replace(File.ReadAllText(path).ReplaceLineEndings("\n"), match => match.Index == 0 ? "" : "##" + match.Value);
        return $"From [{file}](../../{file}), which its own command writes.\n\n{text.Trim()}";
    }

    private static Dictionary<string, string> Former(string page) =>
        Part().Matches(page).ToDictionary(part => part.Groups[1].Value, part => part.Groups[2].Value.Trim());

    private static string Anchor(string title) => NotInAnchor().Replace(title.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"<!-- section (\S+) -->\n(.*?)\n<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Part();

    [GeneratedRegex(@"^#+ ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
