using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Devices.Standins.DingTalk;

/// <summary>The command line of <c>standin-dingtalk</c>.</summary>
public sealed record StandinArguments
{
    /// <summary>The text of <c>--help</c>.</summary>
    public const string Usage = """
        standin-dingtalk: a stand-in of the DingTalk cloud for tests and demonstrations, on this machine only.

          --urls http://127.0.0.1:PORT   where to listen; port 0 picks a free one (default http://127.0.0.1:0)
          --seed people.json             departments and users: {"departments":[{"dept_id","name","parent_id"}],
                                         "users":[{"userid","name","job_number","dept_id_list"}]}
          --store records.jsonl          keep records and the month's meter over restarts
          --app-key KEY                  the app's Client ID        (default dingstandinkey)
          --app-secret SECRET            the app's Client secret    (default dingstandinsecret)
          --corp-id ID                   the organisation           (default dingstandincorp)
          --set name=value               any setting of GET /_standin/settings, as --set duplicates=silent-drop
        """;

    /// <summary>Where to listen: http, a loopback address, any port.</summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:0");

    /// <summary>The people file, or null for an empty organisation.</summary>
    public string? Seed { get; init; }

    /// <summary>The record file, or null to forget at exit.</summary>
    public string? Store { get; init; }

    /// <summary>Settings after all options.</summary>
    public StandinSettings Settings { get; init; } = new();

    /// <summary>Reads a command line.</summary>
    /// <exception cref="BadInputException">The message names the option and what is wrong.</exception>
    public static StandinArguments Parse(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var parsed = new StandinArguments();
        var changes = new JsonObject();
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].StartsWith("--", StringComparison.Ordinal) && args[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var at
                ? (args[i][..at], args[i][(at + 1)..])
                : (args[i], i + 1 < args.Count ? args[++i] : null);
            if (value is null)
            {
                throw new BadInputException($"The option {name} needs a value; --help lists the options.");
            }

            switch (name)
            {
                case "--urls": parsed = parsed with { Url = LoopbackUrl(value) }; break;
                case "--seed": parsed = parsed with { Seed = value }; break;
                case "--store": parsed = parsed with { Store = value }; break;
                case "--app-key": changes["app_key"] = value; break;
                case "--app-secret": changes["app_secret"] = value; break;
                case "--corp-id": changes["corp_id"] = value; break;
                case "--set": Set(changes, value); break;
                default: throw new BadInputException($"There is no option {name}; --help lists the options.");
            }
        }

        return parsed with { Settings = parsed.Settings.With(changes) };
    }

    /// <summary>Reads the people file.</summary>
    /// <exception cref="BadInputException">It is missing, not JSON, or not consistent.</exception>
    public Organisation ReadPeople()
    {
        if (Seed is null)
        {
            return new(new());
        }

        try
        {
            return new(Json.Read<OrganisationDocument>(Json.ParseObject(File.ReadAllText(Seed), $"the people file {Seed}"), $"the people file {Seed}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"Cannot read the people file {Seed}: {exception.Message}", exception);
        }
    }

    private static Uri LoopbackUrl(string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == "http"
            && (url.Host == "localhost" || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))))
        {
            return url;
        }

        throw new BadInputException($"Cannot listen on '{text}': give an address of this machine only, as --urls http://127.0.0.1:8088.");
    }

    private static void Set(JsonObject changes, string assignment)
    {
        var at = assignment.IndexOf('=', StringComparison.Ordinal);
        if (at < 1)
        {
            throw new BadInputException($"Cannot read --set {assignment}: write name=value.");
        }

        string name = assignment[..at], value = assignment[(at + 1)..];

        // Text settings may look like numbers (expired_token_code), so ask the default what kind it is.
        var isText = Json.Write(new StandinSettings()).AsObject()[name]?.GetValueKind() is JsonValueKind.String;
        try
        {
            changes[name] = isText ? value : JsonNode.Parse(value);
        }
        catch (JsonException exception)
        {
            throw new BadInputException($"Cannot read --set {assignment}: {name} takes a number, true or false.", exception);
        }
    }
}
