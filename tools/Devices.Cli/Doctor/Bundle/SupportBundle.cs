using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Devices.Cli.App;
using Devices.Cli.Ledger;
using Devices.Cli.Terminal;
using Devices.Contract.Messages;
using Devices.Edge.Ledger.Store;

namespace Devices.Cli.Doctor.Bundle;

/// <summary>
/// What a support person needs, in one .tar.gz: findings, settings, the agent's numbers, its log without persons, certificates without keys, the
/// ledger's numbers. Only listed things go in, and a redactor looks through all of it once more.
/// </summary>
public sealed class SupportBundle(Patient patient)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly string[] Secrets = ["mcu.password", "templates.key", "marks.key", "pins.key", "site.keys", "tls/terminal.key"];
    private readonly List<(string Name, string Text)> _entries = [];

    /// <summary>Gathers and writes, to a file beside the target first. Mode 0600.</summary>
    /// <returns>The entries' names, and how often the redactor had to take something out.</returns>
    public async Task<SupportBundleReport> WriteAsync(string file, DoctorReport report, CancellationToken cancellationToken)
    {
        (List<string> known, string[] log, string? missing) = await FromAgentAsync(cancellationToken);
        known.AddRange(LedgerPeople());
        known.AddRange(SecretTexts());
        var redactor = new Redactor(known);
        Add("findings.json", JsonSerializer.Serialize(report with { Findings = [.. report.Findings.Select(f => f.MayName ? f with { Found = "(left out: it may name a person)" } : f)] }, CliJson.Default.DoctorReport));
        Add("settings.json", SafeJson.OfSettings(patient.Config).ToJsonString(Indented));
        if (patient.Status is { } status) Add("status.json", SafeJson.OfStatus(status).ToJsonString(Indented));
        if (log.Length > 0) Add("log.txt", string.Join('\n', log) + "\n");
        Add("certificates.txt", Certificates());
        Add("ledger.json", Ledger().ToJsonString(Indented));
        Add("board.json", Board().ToJsonString(Indented));
        Add("files.txt", Listing());
        List<(string Name, string Text)> clean = [.. _entries.Select(one => (one.Name, redactor.Clean(one.Text, cards: one.Name != "certificates.txt")))];
        clean.Insert(0, ("README.txt", Readme(clean, missing, redactor.Count)));
        Files.WriteAtomically(file, Pack(clean), Files.Secret);
        return new SupportBundleReport(file, new FileInfo(file).Length, [.. clean.Select(one => one.Name)], redactor.Count);
    }

    private void Add(string name, string text) => _entries.Add((name, text));

    private byte[] Pack(List<(string Name, string Text)> entries)
    {
        using var buffer = new MemoryStream();
        using (var zip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
        using (var tar = new TarWriter(zip, TarEntryFormat.Pax))
            foreach ((string name, string text) in entries)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "devices-support/" + name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)), Mode = Files.Secret, ModificationTime = patient.Now });
        return buffer.ToArray();
    }

    private async Task<(List<string> Known, string[] Log, string? Missing)> FromAgentAsync(CancellationToken cancellationToken)
    {
        if (patient.Status is null) return ([], [], "The agent did not answer, so its log and numbers are not here. The journal is left out, since its lines name people: read it on the board (journalctl -u devices-agent).");
        using var agent = new AgentClient(patient.Socket);
        List<string> known = [];
        try
        {
            foreach (JsonElement person in (await agent.SendAsync(HttpMethod.Get, "/people", null, patient.StepLimit, cancellationToken)).Demand().EnumerateArray())
            {
                known.AddRange(new[] { person.Text("id"), person.Text("name") }.OfType<string>());
                foreach (JsonElement card in person.Get("cards")?.EnumerateArray().ToArray() ?? []) known.Add(card.GetString() ?? "");
            }

            using HttpResponseMessage answer = await agent.OpenAsync(HttpMethod.Get, "/events", null, patient.StepLimit, cancellationToken);
            string lines = answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(cancellationToken) : "";
            return (known, [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Line).OfType<string>()], null);
        }
        catch (CliException e)
        {
            return (known, [], $"The agent's log is not here: {e.Message}");
        }
    }

    private static string? Line(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement told = document.RootElement;
            string kind = told.Text("kind") ?? "";
            string at = DateTimeOffset.FromUnixTimeMilliseconds(told.Whole("at") ?? 0).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            if (LogRules.Nameless.Contains(kind) && told.Get("person") is null && told.Get("name") is null) return $"{at} {kind}: {told.Text("text")?.ReplaceLineEndings(" ")}";
            return $"{at} {kind}{(told.Text("method") is { } method ? $" method={method}" : "")}{(told.Text("reason") is { } reason ? $" reason={reason}" : "")}{(told.Whole("seq") is { } seq ? $" seq={seq}" : "")}";
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string LedgerFile => Path.Combine(patient.State, "ledger.db");

    private List<string> LedgerPeople()
    {
        if (!File.Exists(LedgerFile)) return [];
        try
        {
            return LedgerFiles.Read(LedgerFile, reader => reader.Read().Select(row => row.Draft.Person).Distinct(StringComparer.Ordinal).ToList());
        }
        catch (CliException)
        {
            return [];
        }
    }

    // The files of keys are never read into the bundle; they are read here so that their contents can be looked for in it.
    private IEnumerable<string> SecretTexts()
    {
        foreach (string name in Secrets)
        {
            byte[] bytes;
            try
            {
                bytes = File.ReadAllBytes(Path.Combine(patient.State, name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            if (bytes.Length is 0 or > 65536) continue;
            yield return Convert.ToBase64String(bytes);
            yield return Convert.ToHexString(bytes);
            if (bytes.All(b => b is >= 0x20 and < 0x7F or 0x0A or 0x0D))
                foreach (string line in Encoding.ASCII.GetString(bytes).Split('\n').Where(l => l.Trim().Length >= 8 && !l.StartsWith("-----", StringComparison.Ordinal))) yield return line.Trim();
        }
    }

    private JsonObject Ledger()
    {
        var json = new JsonObject { ["there"] = File.Exists(LedgerFile) };
        if (!File.Exists(LedgerFile)) return json;
        try
        {
            LedgerFiles.Read(LedgerFile, reader =>
            {
                List<StoredPunch> rows = [.. reader.Read()];
                json["ledger"] = reader.LedgerId.ToString("D");
                json["acknowledged"] = reader.Acknowledged;
                json["trimmed_through"] = reader.TrimmedThrough;
                json["rows"] = rows.Count;
                json["held"] = rows.Count(row => row.Sealed is null);
                json["by_method"] = Counts(rows, row => row.Draft.Method.ToString().ToLowerInvariant());
                json["by_clock"] = Counts(rows, row => row.Sealed?.Clock.ToString().ToLowerInvariant() ?? "held");
                json["boots"] = rows.Select(row => row.BootId).Distinct(StringComparer.Ordinal).Count();
                return true;
            });
            LedgerReport verified = LedgerVerifyCommand.Check(LedgerFile);
            json["whole"] = verified.Whole;
            json["first_faulty"] = verified.FirstFaulty;
        }
        catch (CliException e)
        {
            json["fault"] = e.Message;
        }

        return json;
    }

    private static JsonObject Counts(List<StoredPunch> rows, Func<StoredPunch, string> of)
    {
        var json = new JsonObject();
        foreach (IGrouping<string, StoredPunch> group in rows.GroupBy(of).OrderBy(g => g.Key, StringComparer.Ordinal)) json[group.Key] = group.Count();
        return json;
    }

    private JsonObject Board()
    {
        var disk = patient.Board.Disk(patient.State);
        return new JsonObject
        {
            ["tool"] = typeof(SupportBundle).Assembly.GetName().Version?.ToString(3),
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
            ["model"] = patient.Board.Model,
            ["kernel"] = patient.Board.Kernel,
            ["distribution"] = patient.Board.Distribution,
            ["uptime_seconds"] = patient.Board.UptimeSeconds,
            ["memory_bytes"] = patient.Board.Memory?.Total,
            ["memory_available_bytes"] = patient.Board.Memory?.Available,
            ["disk"] = disk is null ? null : JsonSerializer.SerializeToNode(disk, CliJson.Default.DiskFacts),
            ["agent"] = patient.Status?.Text("version"),
            ["firmware"] = patient.Status?.Text("mcu_firmware"),
            ["pack"] = patient.Status?.Text("pack"),
        };
    }

    private string Certificates()
    {
        var text = new StringBuilder();
        foreach (string name in (string[])["terminal.crt", "ca.crt"])
        {
            var all = new X509Certificate2Collection();
            try
            {
                all.ImportFromPemFile(Path.Combine(patient.State, "tls", name));
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"{name}: cannot be read: {e.Message}");
                continue;
            }

            foreach (X509Certificate2 one in all)
                text.AppendLine(CultureInfo.InvariantCulture, $"{name}: subject {one.Subject}, issuer {one.Issuer}, serial {one.SerialNumber}, from {one.NotBefore.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ} to {one.NotAfter.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}, {one.PublicKey.Oid.FriendlyName}, SHA-256 {one.GetCertHashString(HashAlgorithmName.SHA256)}");
        }

        return text.ToString();
    }

    // Names, sizes and rights: a key that others may read shows here.
    private string Listing()
    {
        var text = new StringBuilder();
        try
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(patient.State).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, AttributesToSkip = 0 }).OrderBy(e => e.FullName, StringComparer.Ordinal).Take(200))
                if (!entry.FullName.Contains("photos", StringComparison.Ordinal))
                    text.AppendLine(CultureInfo.InvariantCulture, $"{(OperatingSystem.IsWindows() ? "" : Convert.ToString((int)entry.UnixFileMode, 8).PadLeft(4, '0'))} {(entry is FileInfo f ? f.Length : 0),12} {entry.LastWriteTimeUtc:yyyy-MM-ddTHH:mm:ssZ} {Path.GetRelativePath(patient.State, entry.FullName)}{(entry is DirectoryInfo ? "/" : "")}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            text.AppendLine(e.Message);
        }

        return text.ToString();
    }

    private string Readme(List<(string Name, string Text)> entries, string? missing, int removed) => string.Create(CultureInfo.InvariantCulture,
        $"""
        Support bundle of terminal {patient.Setting("Terminal") ?? "?"}, made {patient.Now:yyyy-MM-dd HH:mm} UTC by `devices doctor --bundle`.

        {string.Join('\n', entries.Select(one => $"{one.Name,-18} {one.Text.Length} characters"))}

        Not in it: keys, passwords and PINs; people's names, ids, cards, faces, photos and punches; templates.
        Texts are taken by a list of what may pass. What was still found to be secret or to name somebody was removed: {removed} times.
        {missing}

        """);
}

/// <summary>The <c>--json</c> part about a bundle.</summary>
/// <param name="Removed">How often something that was listed still held a secret or a name.</param>
public sealed record SupportBundleReport(string File, long Bytes, List<string> Entries, int Removed);
