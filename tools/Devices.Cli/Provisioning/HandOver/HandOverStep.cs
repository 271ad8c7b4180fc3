using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Provisioning.Run;
using Devices.Cli.Terminal;

namespace Devices.Cli.Provisioning.HandOver;

/// <summary>Label and sheet, written at the end of every run that wants them, from what the journal says.</summary>
internal sealed class HandOverStep(ProvisionScene scene)
{
    public Step Step() => new("hand-over", "Label and sheet", Side.Board, TimeSpan.FromSeconds(30), RunAsync);

    /// <summary>The label's text for these answers.</summary>
    public static LabelText Text(ProvisionPlan plan, ProvisionAnswers answers, string? serial) =>
        new(plan.Terminal, $"https://{plan.Enrolment}", serial, answers.Site, answers.Place, answers.Contact);

    private async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(scene.Answers.HandOver!, scene.Host.WorkingDirectory);
        LabelText text = Text(scene.Plan, scene.Answers, scene.Board?.Serial);
        var label = new Label(text);
        Directory.CreateDirectory(folder);
        string name = Path.Combine(folder, scene.Plan.Terminal);
        byte[] png = label.ToPng();
        Files.WriteAtomically(name + ".png", png, Files.Public);
        Files.WriteAtomically(name + ".zpl", label.ToZpl(), Files.Public);
        string? fingerprint = null;
        DateTimeOffset? validTo = null;
        if (File.Exists(scene.Folder.CertificatePath))
        {
            using X509Certificate2 certificate = scene.Certificate();
            (fingerprint, validTo) = (BridgeTrust.Fingerprint(certificate), certificate.NotAfter.ToUniversalTime());
        }

        var facts = new SheetFacts(text, $"{scene.Board?.Model}", scene.Mcu ?? (scene.Journal.IsDone("mcu") ? scene.Journal.Find("mcu")!.Found : null), await VersionsAsync(cancellationToken), fingerprint, validTo, png);
        Files.WriteAtomically(name + ".html", HandOverSheet.Compose(facts, [.. scene.Journal.Content.Steps.Where(step => step.Name != "hand-over")], SheetTexts.Of(scene.Answers.Language)), Files.Public);
        return $"{scene.Plan.Terminal}.png, .zpl and .html are in {folder}.";
    }

    private async Task<Dictionary<string, string>> VersionsAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, string> versions = [];
        if (!File.Exists(scene.Socket)) return versions;
        try
        {
            using var agent = new AgentClient(scene.Socket);
            JsonElement status = (await agent.SendAsync(HttpMethod.Get, "/status", null, TimeSpan.FromSeconds(10), cancellationToken)).Demand();
            foreach (var (word, field) in ((string, string)[])[("agent", "version"), ("firmware", "mcu_firmware"), ("models", "pack")])
                if (status.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String) versions[word] = value.GetString()!;
        }
        catch (CliException)
        {
            // The agent's own step has said so; the sheet is written all the same.
        }

        return versions;
    }
}
