using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Cli.App;

namespace Devices.Cli.Provisioning.Run;

/// <summary>What <c>provision.json</c> holds.</summary>
public sealed record JournalContent
{
    public int Version { get; init; } = 1;

    public ProvisionAnswers Answers { get; init => field = value ?? new(); } = new();

    public IReadOnlyList<JournalStep> Steps { get; init => field = [.. (value ?? []).OfType<JournalStep>()]; } = [];

    public bool Finished { get; init; }
}

/// <summary>
/// The answers and steps of a provisioning, in <c>STATE/provision.json</c> (mode 0600), written after every step: a run that was stopped goes on
/// where it stopped, without the questions. The claim is in it only until it is spent; the Wi-Fi password never is.
/// </summary>
public sealed class ProvisionJournal
{
    private readonly string _path;

    private ProvisionJournal(string path, JournalContent content) => (_path, Content) = (path, content);

    public JournalContent Content { get; private set; }

    /// <summary>Whether a run was begun here and has steps open.</summary>
    public bool IsOpen => Content.Steps.Count > 0 && !Content.Finished;

    /// <exception cref="CliException">The file is damaged.</exception>
    public static ProvisionJournal Open(string state)
    {
        string path = Path.Combine(state, "provision.json");
        if (!File.Exists(path)) return new(path, new());
        try
        {
            JournalContent? content = JsonSerializer.Deserialize(File.ReadAllBytes(path), ProvisionJson.Default.JournalContent);
            return new(path, content is { Version: 1 } ? content : throw new JsonException("its version is not 1"));
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.HalfProvisioned, $"The journal {path} cannot be read: {e.Message.TrimEnd('.')}.", "Move it away, or give --anew; the questions are then asked again, and what is in place stays.", e);
        }
    }

    public JournalStep? Find(string name) => Content.Steps.FirstOrDefault(step => step.Name == name);

    public bool IsDone(string name) => Find(name) is { State: "done" };

    /// <summary>Begins with these answers. Steps of a run that was not ended stay; those of one that was say nothing about this one.</summary>
    public void Begin(ProvisionAnswers answers) => Save(Content with { Answers = answers, Finished = false, Steps = IsOpen ? Content.Steps : [] });

    public void Note(JournalStep step) => Save(Content with { Steps = [.. Content.Steps.Where(one => one.Name != step.Name), step] });

    /// <summary>The claim is spent: forget it.</summary>
    public void ForgetClaim() => Save(Content with { Answers = Content.Answers with { Claim = null } });

    public void Finish() => Save(Content with { Finished = true });

    /// <summary>As if nothing had been begun.</summary>
    public void Forget() => Content = new();

    private void Save(JournalContent content)
    {
        Content = content;
        Files.WriteAtomically(_path, JsonSerializer.SerializeToUtf8Bytes(content, ProvisionJson.Default.JournalContent), Files.Secret);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalContent))]
internal sealed partial class ProvisionJson : JsonSerializerContext;
