using System.Net.Http.Headers;
using Devices.Cli.App;
using Spectre.Console;

namespace Devices.Cli.Terminal;

/// <summary><c>devices enrol</c>: pictures to templates at a terminal, person by person; the first refusal does not stop the rest.</summary>
public sealed class EnrolCommand(IAnsiConsole console, CliHost host) : CliCommand<EnrolSettings>(console, host)
{
    /// <summary>As large as a phone's camera makes them; the agent has its own limit.</summary>
    private const long MaxPicture = 20 * 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    protected override async Task<ExitCode> RunAsync(EnrolSettings settings, Output output, CancellationToken cancellationToken)
    {
        EnrolFolder folder = Wanted(settings);
        Overrule(settings);
        foreach (string note in folder.Notes) output.Say("Note: " + note, Color.Yellow);
        using var agent = new AgentClient(Path.GetFullPath(settings.Agent, Host.WorkingDirectory));
        var people = new List<PersonReport>();
        var pace = new Pace(Host, "people", folder.Candidates.Count);
        foreach (Candidate candidate in folder.Candidates)
        {
            PersonReport report = await EnrolOrSayAsync(agent, candidate, settings, people, cancellationToken);
            people.Add(report);
            Show(report, output);
            pace.Done(people.Count);
        }

        pace.End();

        List<PersonReport> refused = [.. people.Where(p => !p.Enrolled)];
        output.Json(new EnrolReport(people.Count - refused.Count, refused.Count, people, folder.Notes), CliJson.Default.EnrolReport);
        if (refused.Count == 0)
        {
            output.Say($"{people.Count} of {people.Count} enrolled.", Color.Green);
            return ExitCodes.Ok;
        }

        output.Say($"{people.Count - refused.Count} of {people.Count} enrolled. Not enrolled:", Color.Yellow);
        foreach (PersonReport person in refused) output.Say($"  {person.Name} ({person.Id}): {person.Reason}");
        return ExitCodes.NotAllEnrolled;
    }

    private EnrolFolder Wanted(EnrolSettings settings)
    {
        List<string> paths = [.. settings.Paths.Select(p => Path.GetFullPath(p, Host.WorkingDirectory))];
        if (settings.Person is { } person)
        {
            if (paths.Count == 0 && settings.Card is null) throw new CliException(ExitCodes.NothingToEnrol, "--person needs at least one picture or --card.");
            return EnrolFolder.Of(person, settings.Name, settings.Card, paths);
        }

        if (settings.Name is not null || settings.Card is not null) throw new CliException(ExitCodes.Usage, "--name and --card belong to --person, which is missing.");
        if (paths.Count != 1) throw new CliException(ExitCodes.Usage, "Without --person, give exactly one folder.");
        if (File.Exists(paths[0])) throw new CliException(ExitCodes.Usage, $"{paths[0]} is a file: say whose picture it is with --person.");
        return EnrolFolder.Read(paths[0]);
    }

    // One person at a time: leave for a folder of hundreds would be leave for mistakes.
    private static void Overrule(EnrolSettings settings)
    {
        bool asked = settings.AllowDuplicate.Length > 0 || settings.ReplaceFace;
        if (asked && settings.Person is null) throw new CliException(ExitCodes.Usage, "--allow-duplicate and --replace-face are for one person: say which with --person.");
        if (asked && string.IsNullOrWhiteSpace(settings.Reason)) throw new CliException(ExitCodes.Usage, "--allow-duplicate and --replace-face need --reason \"why\".");
        if (!asked && settings.Reason is not null) throw new CliException(ExitCodes.Usage, "--reason belongs to --allow-duplicate or --replace-face.");
    }

    // Each person is enrolled or not, never half: the agent answers after its commit. What was done before a stop is said.
    private static async Task<PersonReport> EnrolOrSayAsync(AgentClient agent, Candidate candidate, EnrolSettings settings, List<PersonReport> before, CancellationToken cancellationToken)
    {
        try
        {
            return await EnrolAsync(agent, candidate, settings, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.Interrupted, $"Stopped at {candidate.Name} ({candidate.Id}), who may be enrolled or not; {before.Count(p => p.Enrolled)} people before were enrolled.", "Run the same command again: who is enrolled already stays as they are.");
        }
    }

    private static async Task<PersonReport> EnrolAsync(AgentClient agent, Candidate candidate, EnrolSettings settings, CancellationToken cancellationToken)
    {
        PersonReport Refuse(string reason) => new(candidate.Id, candidate.Name, false, reason, [.. candidate.Pictures.Select(p => new PictureReport(Path.GetFileName(p), false, null))]);
        // A card alone is enough: face is never the only way.
        if (candidate.Pictures.Count == 0 && candidate.Card is null) return Refuse("there is no picture (.jpg) of this person, and no card.");
        if (candidate.Pictures.FirstOrDefault(p => new FileInfo(p).Length is 0 or > MaxPicture) is { } odd)
            return Refuse($"{Path.GetFileName(odd)} has {new FileInfo(odd).Length} bytes; a picture has 1 byte to 20 MB.");
        using var form = new MultipartFormDataContent();
        form.Add(new StringContent(candidate.Id), "id");
        form.Add(new StringContent(candidate.Name), "name");
        if (candidate.Card is { } card) form.Add(new StringContent(card), "card");
        foreach (string twin in settings.AllowDuplicate) form.Add(new StringContent(twin), "allow");
        if (settings.ReplaceFace) form.Add(new StringContent("true"), "replace_face");
        if (settings.Reason is { } reason) form.Add(new StringContent(reason), "reason");
        foreach (string picture in candidate.Pictures)
        {
            var bytes = new ByteArrayContent(await File.ReadAllBytesAsync(picture, cancellationToken));
            bytes.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
            form.Add(bytes, "picture", Path.GetFileName(picture));
        }

        AgentAnswer answer = await agent.SendAsync(HttpMethod.Post, "/people", form, Limit, cancellationToken);
        return EnrolAnswer.Read(candidate, answer);
    }

    private static void Show(PersonReport report, Output output)
    {
        output.Say(report.Enrolled ? $"{report.Name} ({report.Id}): enrolled{(report.Pictures.Count == 0 ? " without pictures" : "")}." : $"{report.Name} ({report.Id}): NOT enrolled: {report.Reason}", report.Enrolled ? Color.Green : Color.Red);
        foreach (PictureReport picture in report.Pictures)
            output.Say($"  {picture.File}: {(picture.Accepted ? "used" : "not used")}{(picture.Text is { } text ? $": {text}" : ".")}");
        foreach (string warning in report.Warnings) output.Say($"  {report.Name} {warning}.", Color.Yellow);
    }
}
