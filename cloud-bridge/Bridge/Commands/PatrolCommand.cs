using System.Globalization;
using System.Text.Json;
using Devices.Bridge.Fleet;
using Devices.Bridge.Patrol;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;

namespace Devices.Bridge.Commands;

/// <summary><c>patrol --data DIR [--terminal NAME] [--worst B] [--json]</c>: a round now, beside a running bridge; nothing is stored.</summary>
public static class PatrolCommand
{
    /// <summary>A terminal's grade is worse than <c>--worst</c> allows.</summary>
    public const int WorseThanAllowed = 86;

    /// <exception cref="BridgeStartException">A flag is wrong; the message says which.</exception>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        CommandFlags flags = CommandFlags.Read("patrol", args, ["data", "terminal", "worst"], ["json"]);
        string worst = flags.Value("worst") ?? "B";
        if (worst is not ("A" or "B" or "C" or "D")) throw new BridgeStartException($"--worst '{worst}' must be A, B, C or D: the worst grade that ends with code 0.");
        await using SqlDatabase database = FleetCommands.Open(flags);
        SqlPatrolStore store = new(database, TimeProvider.System);
        IReadOnlyList<PatrolState> states = await new PatrolRound(new SqlTerminalStore(database, TimeProvider.System), store, new PatrolOptions(), TimeProvider.System).LookAsync(CancellationToken.None);
        if (flags.Value("terminal") is { } name)
        {
            states = [.. states.Where(one => one.Terminal == name)];
            if (states.Count == 0) throw new BridgeStartException($"There is no terminal '{(name.Length > 40 ? name[..40] : name)}' in use: 'terminal list' names those there are.");
        }

        HashSet<(string, string)> noted = [.. (await store.AcksAsync(SiteScope.All)).Select(one => (one.Terminal, one.Code))];
        CultureInfo english = CultureInfo.InvariantCulture;
        if (flags.Has("json"))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(states.Select(state => new
            {
                terminal = state.Terminal, site = state.Site, grade = state.Grade, score = state.Score,
                findings = state.Findings.Select(one => new
                {
                    code = one.Code, level = one.Level.ToString().ToLowerInvariant(), since = one.Since, noted = noted.Contains((state.Terminal, one.Code)), found = PatrolWords.Found(one, english), means = PatrolWords.Means(one, english), remedy = PatrolWords.Remedy(one, english),
                }),
            })));
        }
        else
        {
            if (states.Count == 0) await output.WriteLineAsync("There is no terminal yet.");
            foreach (PatrolState state in states)
            {
                await output.WriteLineAsync(string.Create(english, $"{state.Grade} {state.Score,3}  {state.Terminal,-32} {SiteNames.Shown(state.Site)}"));
                foreach (PatrolFinding one in state.Findings)
                {
                    await output.WriteLineAsync($"        {one.Level.ToString().ToLowerInvariant(),-8} {PatrolWords.Found(one, english)}{(noted.Contains((state.Terminal, one.Code)) ? " (noted)" : "")}");
                    await output.WriteLineAsync($"                 {PatrolWords.Means(one, english)} What to do: {PatrolWords.Remedy(one, english)}");
                }
            }
        }

        return states.Any(one => string.CompareOrdinal(one.Grade, worst) > 0) ? WorseThanAllowed : 0;
    }
}
