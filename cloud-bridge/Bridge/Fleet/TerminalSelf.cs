using System.Text.Json;
using System.Text.Json.Serialization;
using Devices.Bridge.Store;

namespace Devices.Bridge.Fleet;

/// <summary>What the bridge thinks of a terminal, told to that terminal only. No person is in it.</summary>
public sealed record TerminalSelfView
{
    public required string Terminal { get; init; }

    /// <summary>Empty for the main site.</summary>
    public required string Site { get; init; }

    /// <summary>The bridge's time, ms since the Unix epoch.</summary>
    public required long Now { get; init; }

    public required string Version { get; init; }

    /// <summary>Whether its MQTT session is open.</summary>
    public required bool Online { get; init; }

    public long? LastSeenAt { get; init; }

    public long? ClockOffsetMs { get; init; }

    public long? Queue { get; init; }

    /// <summary>End of the certificate that was shown, as the bridge has it.</summary>
    public required long CertificateNotAfter { get; init; }

    public required IReadOnlyList<SelfLedger> Ledgers { get; init; }

    /// <summary>Revision of the settings that the bridge wishes.</summary>
    public required long ConfigRevision { get; init; }

    /// <summary>Whether the terminal has said that it holds exactly these.</summary>
    public required bool ConfigHeld { get; init; }

    /// <summary>Open rows of the exceptions list that name this terminal.</summary>
    public required IReadOnlyList<SelfTrouble> Exceptions { get; init; }
}

/// <param name="Through">Last seq that is stored without a gap.</param>
/// <param name="Current">Whether the terminal writes this ledger now.</param>
public sealed record SelfLedger(Guid Ledger, long Through, long? CompleteUpTo, bool Current, bool Forked, string? Problem);

/// <param name="Text">Null where the sentence may name a person.</param>
public sealed record SelfTrouble(string Source, string Code, int Count, long FirstAt, long LastAt, string? Text);

/// <summary>
/// <c>GET /.well-known/devices/terminal</c>: a terminal proves itself with its certificate, asked for after the request (TLS 1.3 post-handshake
/// authentication, RFC 8446 section 4.6.2), beside its MQTT session and without a second one, which would push the first out.
/// </summary>
public static class TerminalSelf
{
    public const string Path = "/.well-known/devices/terminal";

    private const int MostExceptions = 200;

    // Sentences of these parts are about connections and ledgers; others may speak of a person.
    private static readonly HashSet<string> Nameless = ["access", "ingest"];

    public static void MapTerminalSelf(this WebApplication app)
    {
        app.MapGet(Path, async (HttpContext context, TerminalDoor door, ITerminalStore terminals, IConfigStore configs, IExceptionStore exceptions, TimeProvider time) =>
        {
            CancellationToken stop = context.RequestAborted;
            TerminalCaller caller = await door.JudgeAsync(context, "A terminal's own view is given over HTTPS only.", "Show the terminal's certificate, issued by this bridge.");
            if (caller.Fault is { } fault) return fault;
            string name = caller.Terminal;
            IReadOnlyList<CompletenessRow> rows = await terminals.CompletenessAsync(SiteScope.All, name, stop);
            if (rows.Count == 0) return PlainAnswer.Sentence(StatusCodes.Status404NotFound, $"The bridge knows no terminal '{name}'.");
            TerminalRow terminal = rows[0].Terminal;
            ConfigWish wish = await configs.WishAsync(name, stop);
            ConfigReport? report = await configs.ReportAsync(name, stop);
            return Results.Json(
                new TerminalSelfView
                {
                    Terminal = name,
                    Site = terminal.Site ?? "",
                    Now = time.GetUtcNow().ToUnixTimeMilliseconds(),
                    Version = HealthCheck.Version.Split('+')[0],
                    Online = terminal.Online,
                    LastSeenAt = terminal.LastSeenAt,
                    ClockOffsetMs = terminal.ClockOffsetMs,
                    Queue = terminal.Queue,
                    CertificateNotAfter = new DateTimeOffset(caller.Certificate!.NotAfter.ToUniversalTime()).ToUnixTimeMilliseconds(),
                    Ledgers = [.. rows.Where(row => row.Ledger is not null).Select(row => new SelfLedger(row.Ledger!.Value, row.Through, row.CompleteUpTo, row.Current, row.Forked, row.Problem))],
                    ConfigRevision = wish.Revision,
                    ConfigHeld = wish.Digest == (report?.Applied.Digest ?? ""),
                    Exceptions = [.. (await exceptions.ExceptionsAsync(SiteScope.All, includeResolved: false, MostExceptions, stop)).Where(row => row.Terminal == name)
                        .Select(row => new SelfTrouble(row.Source, row.Code, row.Count, row.FirstAt, row.LastAt, Nameless.Contains(row.Source) ? row.Text : null))],
                },
                TerminalSelfJson.Default.TerminalSelfView);
        }).AllowAnonymous();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TerminalSelfView))]
internal sealed partial class TerminalSelfJson : JsonSerializerContext;
