using System.Globalization;
using System.Net;
using System.Text;
using Devices.Contract.Punches;
using Devices.Edge.Agent.Camera;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Recognition;
using Devices.Edge.Ledger.Tpm;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Quality;
using Devices.Edge.Vision.Track;
using Microsoft.Extensions.Configuration;
using NodaTime;

namespace Devices.Edge.Agent.Hosting;

/// <summary>
/// Reads the configuration: the file of <c>--config FILE</c>, then environment <c>DEVICES_AGENT__…</c>, then <c>--Key=Value</c>.
/// Every bad key is one sentence with its name, its value and what to do; an unknown key is refused, since it is most often a typing error.
/// </summary>
public static class AgentConfiguration
{
    private const string Prefix = "DEVICES_AGENT__";

    private static readonly string[] Known =
    [
        "Terminal", "Site", "TimeZone", "State", "Bridge:Host", "Bridge:Port", "Bridge:ServerName", "Bridge:EnrolmentHost", "Bridge:EnrolmentPort", "Tpm", "Camera", "ModelPack", "Mcu:Port", "Mcu:Bind",
        "Repeat:Seconds", "WantedFpir", "Liveness:Enabled", "Door:OpenMs", "Card:Door", "Face:Door", "Frames:AgeLimitSeconds", "Frames:IdlePerSecond",
        "Ready:GraceSeconds", "Ledger:ReserveMiB", "Liveness:Challenge", "Liveness:Acts", "Liveness:AskBelow", "Face:Region", "Face:MinimumEyes", "Face:NearestOnly", "Screen:Language",
        "Photos:Enabled", "Photos:MaxMiB", "Photos:KeepDays", "Photos:ReserveMiB", "Telemetry:Otlp", "Telemetry:EverySeconds",
        "Commands:OpenDoor", "Commands:Reboot",
        "Update:Root", "Update:KiBPerSecond", "Update:ConfirmMinutes", "Update:SettleSeconds", "Update:Flasher", "Update:McuPort", "Update:Chip",
    ];

    /// <summary>Parses the command line and reads all sources.</summary>
    /// <exception cref="StartException">One sentence a line.</exception>
    public static AgentOptions Read(IReadOnlyList<string> arguments)
    {
        string? file = null;
        Dictionary<string, string?> given = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (argument == "--config")
            {
                file = ++i < arguments.Count ? arguments[i] : throw new StartException("After --config the configuration file must follow.");
                continue;
            }

            int equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (!argument.StartsWith("--", StringComparison.Ordinal) || equals < 3)
                throw new StartException($"'{argument}' is not understood; use --config FILE and --Key=Value, such as --Mcu:Port=1883.");
            string key = argument[2..equals];
            if (key == "config") file = argument[(equals + 1)..];
            else given[key] = argument[(equals + 1)..];
        }

        ConfigurationBuilder builder = new();
        if (file is not null)
        {
            string full = Path.GetFullPath(file);
            if (!File.Exists(full)) throw new StartException($"The configuration file {full} does not exist; make it with 'devices provision' or name another after --config.");
            builder.AddJsonFile(full, optional: false);
        }

        builder.AddEnvironmentVariables(Prefix).AddInMemoryCollection(given);
        try
        {
            IConfigurationRoot all = builder.Build();
            AgentOptions options = Validate(all);
            IConfigurationRoot environment = new ConfigurationBuilder().AddEnvironmentVariables(Prefix).Build();
            return options with { Source = SettingsSource.Of(all, given.Keys.Concat(environment.AsEnumerable().Where(one => one.Value is not null).Select(one => one.Key))), Live = new() };
        }
        catch (InvalidDataException fault)
        {
            throw new StartException($"The configuration file {file} is not JSON: {Innermost(fault)}", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The configuration file {file} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Checks every key.</summary>
    /// <exception cref="StartException">One sentence a line, one for each bad key.</exception>
    /// <param name="lenient">
    /// Unknown keys are told and left out instead of refused: for an agent behind the launcher, where an older version may have to start with settings that were made for a newer one. Null: as it was started.
    /// </param>
    public static AgentOptions Validate(IConfiguration configuration, bool? lenient = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        List<string> problems = [], unknown = [];
        foreach ((string key, string? value) in configuration.AsEnumerable())
        {
            if (value is null || Known.Contains(key, StringComparer.OrdinalIgnoreCase)) continue;
            string? near = Known.MinBy(k => Distance(k.ToUpperInvariant(), key.ToUpperInvariant()));
            string hint = near is not null && Distance(near.ToUpperInvariant(), key.ToUpperInvariant()) <= 3 ? $" Did you mean '{near}'?" : " See the agent's README for the keys there are.";
            (lenient ?? Environment.GetEnvironmentVariable(Updates.SlotLauncher.SlotVariable) is not null ? unknown : problems).Add($"The setting '{key}' is not known.{hint}");
        }

        string Text(string key) => configuration[key]?.Trim() ?? "";
        long Number(string key, long fallback, long min, long max)
        {
            string text = Text(key);
            if (text.Length == 0) return fallback;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= min && value <= max) return value;
            problems.Add($"{key} is '{text}'; it must be a whole number from {min} to {max}.");
            return fallback;
        }

        double Real(string key, double fallback, double min, double max)
        {
            string text = Text(key);
            if (text.Length == 0) return fallback;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= min && value <= max) return value;
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"{key} is '{text}'; it must be a number from {min} to {max}, such as {fallback}."));
            return fallback;
        }

        bool Flag(string key, bool fallback)
        {
            string text = Text(key);
            if (text.Length == 0) return fallback;
            if (bool.TryParse(text, out bool value)) return value;
            problems.Add($"{key} is '{text}'; it must be true or false.");
            return fallback;
        }

        // The first word is the default.
        T Word<T>(string key, params (string Word, T Value)[] words)
        {
            string text = Text(key);
            if (text.Length == 0) return words[0].Value;
            foreach ((string word, T value) in words)
                if (word.Equals(text, StringComparison.OrdinalIgnoreCase)) return value;
            problems.Add($"{key} is '{text}'; it must be one of {string.Join(", ", words.Select(w => w.Word))}.");
            return words[0].Value;
        }

        string terminal = Text("Terminal");
        if (terminal.Length == 0) problems.Add("Terminal is missing; give the terminal's name, such as m2-001.");
        else if (!PunchRules.IsTerminalName(terminal)) problems.Add($"Terminal is '{terminal}'; it must be 1 to 32 of a-z, 0-9 and '-', such as m2-001.");

        string state = Text("State");
        if (state.Length == 0) problems.Add("State is missing; give the directory of the terminal's data, such as /var/lib/devices-agent.");
        else if (Encoding.UTF8.GetByteCount(Path.Combine(Path.GetFullPath(state), "agent.sock")) > 107) problems.Add($"State is '{state}'; its path is too long for the local socket (107 bytes with /agent.sock), choose a shorter one.");

        string zoneName = Text("TimeZone");
        DateTimeZone? zone = zoneName.Length == 0 ? DateTimeZone.Utc : DateTimeZoneProviders.Tzdb.GetZoneOrNull(zoneName);
        if (zone is null) problems.Add($"TimeZone is '{zoneName}'; it must be an IANA name such as Asia/Shanghai.");

        string bind = Text("Mcu:Bind");
        IPAddress? address = bind.Length == 0 || bind == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(bind, out IPAddress? parsed) ? parsed : null;
        if (address is null) problems.Add($"Mcu:Bind is '{bind}'; it must be an IP address of this board, such as 127.0.0.1.");

        string camera = Text("Camera");
        if (camera.Length == 0) camera = "none";
        if (CameraAddress.TryCreate(camera, TimeProvider.System, out IFrameSource? source, out string? wrong)) (source as IDisposable)?.Dispose();
        else problems.Add($"Camera is '{Shown(camera)}'; {wrong}.");

        FaceRegion? region = null;
        if (Text("Face:Region") is { Length: > 0 } outline && !FaceRegion.TryParse(outline, out region, out string? why)) problems.Add($"Face:Region is '{outline}'; {why}");

        string pack = Text("ModelPack");
        double fpir = Real("WantedFpir", 0.003, 1e-6, 0.1);
        string host = Text("Bridge:Host");
        if (host.Contains('/', StringComparison.Ordinal) || host.Contains(' ', StringComparison.Ordinal)) problems.Add($"Bridge:Host is '{host}'; give only a host name or an IP address, without scheme and port.");

        string enrolment = Text("Bridge:EnrolmentHost");
        if (enrolment.Contains('/', StringComparison.Ordinal) || enrolment.Contains(' ', StringComparison.Ordinal)) problems.Add($"Bridge:EnrolmentHost is '{enrolment}'; give only a host name or an IP address, without scheme and port.");

        string tpm = Text("Tpm");
        if (BoardTpm.Refusal(tpm) is { } wrongTpm) problems.Add($"Tpm is {wrongTpm}.");

        AgentOptions options = new()
        {
            Terminal = terminal,
            Tpm = tpm.Length == 0 ? "auto" : tpm,
            UnknownSettings = unknown,
            Site = Text("Site"),
            Zone = zone ?? DateTimeZone.Utc,
            State = state.Length == 0 ? "" : Path.GetFullPath(state),
            BridgeHost = host.Length == 0 ? null : host,
            BridgePort = (int)Number("Bridge:Port", 8883, 1, 65535),
            EnrolmentHost = enrolment.Length == 0 ? null : enrolment,
            EnrolmentPort = (int)Number("Bridge:EnrolmentPort", 5443, 1, 65535),
            BridgeServerName = Text("Bridge:ServerName") is { Length: > 0 } name ? name : null,
            Camera = camera,
            ModelPack = pack.Length == 0 ? null : Path.GetFullPath(pack),
            McuPort = (int)Number("Mcu:Port", 1883, 0, 65535),
            McuBind = address ?? IPAddress.Loopback,
            RepeatWindow = TimeSpan.FromSeconds(Number("Repeat:Seconds", 60, 0, 86400)),
            WantedFpir = fpir,
            Liveness = Flag("Liveness:Enabled", true),
            Challenge = Word("Liveness:Challenge", ("doubt", ChallengePolicy.Doubt), ("off", ChallengePolicy.Off), ("always", ChallengePolicy.Always)),
            ChallengeActs = Word("Liveness:Acts", ("either", ChallengeActs.Either), ("turn", ChallengeActs.Turn), ("blink", ChallengeActs.Blink)),
            AskBelow = Text("Liveness:AskBelow").Length == 0 ? null : (float)Real("Liveness:AskBelow", 0.9, 0, 1),
            FaceRegion = region,
            MinimumEyes = (float)Real("Face:MinimumEyes", QualityLimits.Recognition.MinimumEyeDistance, 16, 400),
            NearestOnly = Flag("Face:NearestOnly", true),
            Language = Word("Screen:Language", ("en", HintLanguage.English), ("zh-CN", HintLanguage.Chinese)),
            DoorOpenMs = (int)Number("Door:OpenMs", 0, 0, Link.LinkLimits.MaxDoorOpenMs),
            CardDoor = Flag("Card:Door", true),
            FaceDoor = Flag("Face:Door", true),
            FrameAgeLimit = TimeSpan.FromSeconds(Number("Frames:AgeLimitSeconds", 5, 1, 300)),
            IdleFramesPerSecond = Real("Frames:IdlePerSecond", 2, 0.1, 30),
            ReadyGrace = TimeSpan.FromSeconds(Number("Ready:GraceSeconds", 30, 1, 600)),
            ReserveBytes = Number("Ledger:ReserveMiB", 64, 0, 1_000_000) * 1024 * 1024,
            MayOpenDoor = Flag("Commands:OpenDoor", true),
            Reboot = Word("Commands:Reboot", ("agent", RebootRight.Agent), ("board", RebootRight.Board), ("off", RebootRight.Off)),
            UpdateRoot = Text("Update:Root") is { Length: > 0 } updateRoot ? Path.GetFullPath(updateRoot) : null,
            UpdateBytesPerSecond = Number("Update:KiBPerSecond", 512, 0, 1_000_000) * 1024,
            UpdateConfirmWithin = TimeSpan.FromMinutes(Real("Update:ConfirmMinutes", 10, 0.05, 1440)),
            UpdateSettle = TimeSpan.FromSeconds(Number("Update:SettleSeconds", 60, 1, 3600)),
            UpdateFlasher = Text("Update:Flasher") is { Length: > 0 } flasher ? Path.GetFullPath(flasher) : null,
            UpdateMcuPort = Text("Update:McuPort") is { Length: > 0 } mcuPort ? mcuPort : null,
            UpdateChip = Word("Update:Chip", ("esp32s3", "esp32s3"), ("esp32", "esp32"), ("esp32c3", "esp32c3")),
            CollectEvery = TimeSpan.FromSeconds(Real("Telemetry:EverySeconds", 30, 0.1, 3_600)),
            Photos = Flag("Photos:Enabled", false),
            PhotoLimits = new()
            {
                MaxBytes = Number("Photos:MaxMiB", 64, 1, 1_000_000) * 1024 * 1024,
                Kept = TimeSpan.FromDays(Number("Photos:KeepDays", 14, 1, 3_650)),
                ReserveBytes = Number("Photos:ReserveMiB", 128, 0, 1_000_000) * 1024 * 1024,
            },
        };
        if (Text("Telemetry:Otlp") is { Length: > 0 } otlp)
        {
            if (Uri.TryCreate(otlp, UriKind.Absolute, out Uri? collector) && collector.Scheme is "http" or "https" && collector.UserInfo.Length == 0) options = options with { Collector = collector };
            else problems.Add($"Telemetry:Otlp is '{Shown(otlp)}'; it must be a collector's address without name and password, such as http://127.0.0.1:4318.");
        }

        if (options.Photos && options.PhotoLimits.ReserveBytes < options.ReserveBytes)
            problems.Add($"Photos:ReserveMiB is below Ledger:ReserveMiB; photos must give way before punches do: raise it to {options.ReserveBytes / 1048576} or more.");
        return problems.Count == 0 ? options : throw new StartException(string.Join('\n', problems));
    }

    // A camera's address may hold a password, before the host or in the query.
    private static string Shown(string camera)
    {
        int scheme = camera.IndexOf("//", StringComparison.Ordinal);
        if (scheme < 0) return camera;
        int query = camera.IndexOf('?', scheme);
        if (query >= 0) camera = camera[..(query + 1)] + "…";
        int at = camera.LastIndexOf('@');
        return at > scheme ? string.Concat(camera.AsSpan(0, scheme + 2), "…", camera.AsSpan(at)) : camera;
    }

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner) fault = inner;
        return fault.Message;
    }

    // Levenshtein distance, for "did you mean".
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
