using System.ComponentModel;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Terminal;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Devices.Cli.Site;

/// <summary><c>devices site status</c>: this terminal's code, and the site's other terminals with theirs.</summary>
public sealed class SiteStatusCommand(IAnsiConsole console, CliHost host) : CliCommand<AgentSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(AgentSettings settings, Output output, CancellationToken cancellationToken) =>
        SiteCall.RunAsync(HttpMethod.Get, "/site", [], settings, Host, output, cancellationToken);
}

/// <summary><c>devices site create</c>: makes the first key of a site, at its first terminal.</summary>
public sealed class SiteCreateCommand(IAnsiConsole console, CliHost host) : CliCommand<AgentSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(AgentSettings settings, Output output, CancellationToken cancellationToken) =>
        SiteCall.RunAsync(HttpMethod.Post, "/site/create", [], settings, Host, output, cancellationToken);
}

/// <summary><c>devices site approve TERMINAL CODE</c>: the code as that terminal itself shows it; to be run at both.</summary>
public sealed class SiteApproveCommand(IAnsiConsole console, CliHost host) : CliCommand<SiteApproveSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(SiteApproveSettings settings, Output output, CancellationToken cancellationToken) =>
        SiteCall.RunAsync(HttpMethod.Post, "/site/approve", new() { ["terminal"] = settings.Other, ["code"] = settings.Code }, settings, Host, output, cancellationToken);
}

/// <summary><c>devices site revoke TERMINAL</c>: the site gets a new key, without that terminal.</summary>
public sealed class SiteRevokeCommand(IAnsiConsole console, CliHost host) : CliCommand<SiteRevokeSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(SiteRevokeSettings settings, Output output, CancellationToken cancellationToken) =>
        SiteCall.RunAsync(HttpMethod.Post, "/site/revoke", new() { ["terminal"] = settings.Other }, settings, Host, output, cancellationToken);
}

/// <summary><c>devices site leave</c>: this terminal forgets the site and makes another exchange key.</summary>
public sealed class SiteLeaveCommand(IAnsiConsole console, CliHost host) : CliCommand<AgentSettings>(console, host)
{
    protected override Task<ExitCode> RunAsync(AgentSettings settings, Output output, CancellationToken cancellationToken) =>
        SiteCall.RunAsync(HttpMethod.Post, "/site/leave", [], settings, Host, output, cancellationToken);
}

public class SiteRevokeSettings : AgentSettings
{
    [CommandArgument(0, "<TERMINAL>")]
    [Description("The other terminal's name.")]
    public string Other { get; init; } = "";
}

public sealed class SiteApproveSettings : SiteRevokeSettings
{
    [CommandArgument(1, "<CODE>")]
    [Description("The code that the other terminal itself shows (`devices site status` there), not one that somebody sent.")]
    public string Code { get; init; } = "";
}

/// <summary>One call of the agent's site, and its answer in words.</summary>
internal static class SiteCall
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task<ExitCode> RunAsync(
        HttpMethod method, string path, Dictionary<string, string> fields, AgentSettings settings, CliHost host, Output output, CancellationToken cancellationToken)
    {
        using var agent = new AgentClient(Path.GetFullPath(settings.Agent, host.WorkingDirectory));
        using FormUrlEncodedContent? form = fields.Count == 0 ? null : new(fields);
        JsonElement site = (await agent.SendAsync(method, path, form, Limit, cancellationToken)).Demand();
        output.Say($"{site.Text("terminal")}: code {site.Text("code")}, {(site.Text("site") is null ? "belongs to no site: faces enrolled here stay here" : $"belongs to a site (key {site.Whole("epoch")})")}{(site.Whole("untold") is > 0 and var untold && site.Text("site") is not null ? $", {untold} people are still to be told" : "")}.", Color.Green);
        if (site.Get("members") is { ValueKind: JsonValueKind.Array } members)
        {
            foreach (JsonElement member in members.EnumerateArray())
                output.Say($"  {member.Text("terminal")}: {member.Text("state")}, code as it came here {member.Text("code")}");
        }

        if (site.Text("problem") is { Length: > 0 } problem) output.Say(problem, Color.Yellow);
        output.Json(site, CliJson.Default.JsonElement);
        return ExitCodes.Ok;
    }
}
