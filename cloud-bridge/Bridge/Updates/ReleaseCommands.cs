using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Fleet;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Contract.Updates;

namespace Devices.Bridge.Updates;

/// <summary><c>release key|import|list|roll|status|pause|resume|cancel</c>: updates from the command line, beside a running bridge.</summary>
internal static class ReleaseCommands
{
    private const string Actor = "command line";

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        string[] words = [.. args.TakeWhile(one => !one.StartsWith("--", StringComparison.Ordinal))], rest = args[words.Length..];
        return words switch
        {
            ["key"] => await KeyAsync(rest, output),
            ["import", var folder] => await ImportAsync(folder, rest, output),
            ["list"] => await ListAsync(rest, output),
            ["roll", var what] => await RollAsync(what, rest, output),
            ["status"] => await StatusAsync(rest, output),
            ["pause", var id] => await StateAsync(id, RolloutState.Paused, rest, output),
            ["resume", var id] => await StateAsync(id, RolloutState.Running, rest, output),
            ["cancel", var id] => await StateAsync(id, RolloutState.Cancelled, rest, output),
            _ => throw new BridgeStartException("Write release key, import DIR, list, roll KIND/NAME/VERSION, status, pause ID, resume ID or cancel ID, each with --data DIR."),
        };
    }

    private static async Task<int> KeyAsync(string[] args, TextWriter output)
    {
        await output.WriteAsync(Repository(CommandFlags.Read("release key", args, ["data"], [])).PublicKey());
        return 0;
    }

    private static async Task<int> ImportAsync(string folder, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("release import", args, ["data"], []);
        string said = Repository(flags).Import(Path.GetFullPath(folder));
        await using SqlDatabase database = FleetCommands.Open(flags);
        await new SqlAuditStore(database, TimeProvider.System).AuditAsync(Actor, "release.import", null, said);
        await output.WriteLineAsync($"Taken: {said}.");
        return 0;
    }

    private static async Task<int> ListAsync(string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("release list", args, ["data"], ["json"]);
        IReadOnlyList<UpdateTarget> packages = Repository(flags).Packages();
        if (flags.Has("json")) await output.WriteLineAsync(JsonSerializer.Serialize(packages.Select(one => new { kind = one.Kind, name = one.Name, version = one.Version, runtime = one.Runtime, counter = one.Counter, bytes = one.Length })));
        else if (packages.Count == 0) await output.WriteLineAsync("Nothing is published here: release import DIR.");
        else foreach (UpdateTarget one in packages) await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{one.Kind}/{one.Name}/{one.Version}  {one.Runtime,-12}  {one.Length / 1048576.0:0.0} MiB"));
        return 0;
    }

    private static async Task<int> RollAsync(string what, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("release roll", args, ["data", "stages", "soak", "abort", "silent", "site", "terminals"], ["enrol-again", "json"]);
        string[] parts = what.Split('/');
        if (parts.Length != 3) throw new BridgeStartException("Say what: release roll KIND/NAME/VERSION, as 'release list' shows it.");
        string? fault = null;
        RolloutPlan plan = new()
        {
            Kind = parts[0], Name = parts[1], Version = parts[2], EnrolAgain = flags.Has("enrol-again"),
            Site = flags.Value("site") is { } typed ? SiteNames.Read(typed, out fault) ?? "" : null, Terminals = flags.Value("terminals")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        };
        if (fault is not null) throw new BridgeStartException(fault);
        if (flags.Value("stages") is { } stages) plan = plan with { Stages = [.. stages.Split(',').Select(one => Number("stages", one))] };
        if (flags.Value("soak") is { } soak) plan = plan with { SoakMinutes = Number("soak", soak) };
        if (flags.Value("abort") is { } abort) plan = plan with { AbortPercent = Number("abort", abort) };
        if (flags.Value("silent") is { } silent) plan = plan with { SilentMinutes = Number("silent", silent) };
        if (plan.Check() is { } wrong) throw new BridgeStartException(wrong);
        if (!Repository(flags).Packages().Any(one => one.Kind == plan.Kind && one.Name == plan.Name && one.Version == plan.Version)) throw new BridgeStartException($"{what} is not published here: 'release list' shows what is.");
        await using SqlDatabase database = FleetCommands.Open(flags);
        RolloutRow row = await new SqlRolloutStore(database, TimeProvider.System).BeginAsync(plan, Actor, null);
        await output.WriteLineAsync(flags.Has("json") ? JsonSerializer.Serialize(new { id = row.Id }) : $"Begun: {row.Id:D}. 'release status' shows how it goes.");
        return 0;
    }

    private static async Task<int> StatusAsync(string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("release status", args, ["data"], ["json"]);
        await using SqlDatabase database = FleetCommands.Open(flags);
        SqlRolloutStore store = new(database, TimeProvider.System);
        List<object> shapes = [];
        foreach (RolloutRow row in await store.ListAsync(20))
        {
            IReadOnlyList<RolloutMember> members = await store.MembersAsync(SiteScope.All, row.Id);
            if (flags.Has("json")) shapes.Add(new { id = row.Id, kind = row.Plan.Kind, name = row.Plan.Name, version = row.Plan.Version, state = Columns.Text(row.State), reason = row.Reason, percent = row.Percent, terminals = members.Select(one => new { terminal = one.Terminal, state = one.State, code = one.Code, text = one.Message, percent = one.Percent }) });
            else
            {
                await output.WriteLineAsync($"{row.Id:D}  {row.Plan.Kind}/{row.Plan.Name}/{row.Plan.Version}  {Columns.Text(row.State)}  {row.Percent} %  {string.Join(", ", members.GroupBy(one => one.State).Select(one => $"{one.Count()} {one.Key}"))}");
                if (row.Reason is not null) await output.WriteLineAsync($"    {row.Reason}");
            }
        }

        if (flags.Has("json")) await output.WriteLineAsync(JsonSerializer.Serialize(shapes));
        return 0;
    }

    private static async Task<int> StateAsync(string id, RolloutState state, string[] args, TextWriter output)
    {
        CommandFlags flags = CommandFlags.Read("release", args, ["data"], []);
        if (!Guid.TryParse(id, out Guid rollout)) throw new BridgeStartException($"'{(id.Length > 40 ? id[..40] : id)}' is no rollout: 'release status' names those there are.");
        await using SqlDatabase database = FleetCommands.Open(flags);
        if (!await new SqlRolloutStore(database, TimeProvider.System).SetStateAsync(rollout, state, null, Actor, null)) throw new BridgeStartException("There is no such rollout, or it is not in a state from which that can be done.");
        await output.WriteLineAsync($"{Columns.Text(state)}.");
        return 0;
    }

    private static UpdateRepository Repository(CommandFlags flags) => new(FleetCommands.DataOf(flags), new UpdateOptions(), TimeProvider.System);

    private static int Number(string flag, string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw new BridgeStartException($"--{flag} '{(text.Length > 20 ? text[..20] : text)}' must be a whole number.");
}
