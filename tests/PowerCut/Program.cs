using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Devices.PowerCut;
using Devices.PowerCut.Scenarios;

// Long runs. Exit code 0: every promise was kept (and each mutation was found); 1: not; 2: the command line makes no sense.
const string Usage = "Devices.PowerCut [--count STATES=10000] [--seed S=1] [--minutes M=60] [--parallel P] [--scenario NAME|all] [--ordeal cut|diskfault|synchronousoff|synchronousnormal|lyingdisk|smashedsector] [--tally FILE] [--report FILE]";
if (args is ["--child", var folder, var own, var steps])
{
    // Recorded by strace: the scenario "files".
    FileWork.Run(folder, int.Parse(own, CultureInfo.InvariantCulture), int.Parse(steps, CultureInfo.InvariantCulture));
    return 0;
}

Dictionary<string, string> given = [];
for (int n = 0; n < args.Length; n += 2)
{
    if (!args[n].StartsWith("--", StringComparison.Ordinal) || n + 1 == args.Length) return Refuse($"'{args[n]}' has no value, or is none of these");
    given[args[n][2..]] = args[n + 1];
}

if (given.Keys.Except(["count", "seed", "minutes", "parallel", "scenario", "ordeal", "tally", "report"]).FirstOrDefault() is { } unknown) return Refuse($"--{unknown} is not known");
if (!Number("count", 10_000, out int count) || !Number("seed", 1, out int seed) || !Number("minutes", 60, out int minutes) || !Number("parallel", Environment.ProcessorCount, out int parallel)) return Refuse("a number is expected");
if (!Enum.TryParse(given.GetValueOrDefault("ordeal", "cut"), ignoreCase: true, out Ordeal ordeal)) return Refuse($"there is no ordeal '{given["ordeal"]}'");
string name = given.GetValueOrDefault("scenario", "all");
IScenario[] scenarios = [.. Campaign.Scenarios.Where(one => name == "all" || one.Name == name)];
if (scenarios.Length == 0) return Refuse($"there is no scenario '{name}': {string.Join(", ", Campaign.Scenarios.Select(one => one.Name))}");

Stopwatch watch = Stopwatch.StartNew();
ReplayResult sum = new();
int next = 0;
Lock gate = new();
Thread[] threads = [.. Enumerable.Range(0, Math.Max(1, parallel)).Select(_ => new Thread(Work))];
foreach (Thread thread in threads) thread.Start();
foreach (Thread thread in threads) thread.Join();
foreach (string violation in sum.Violations.Take(50)) Console.WriteLine("VIOLATION " + violation);
Console.WriteLine($"{ordeal}, seed {seed.ToString(CultureInfo.InvariantCulture)}, {next.ToString(CultureInfo.InvariantCulture)} recordings in {watch.Elapsed.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s: {sum}");
if (given.TryGetValue("report", out string? report) && given.TryGetValue("tally", out string? told))
    Rewrite(report, Campaign.Report(File.ReadLines(told)));
bool wanted = ordeal is Ordeal.SynchronousOff or Ordeal.SynchronousNormal or Ordeal.LyingDisk;
return ordeal == Ordeal.SmashedSector || wanted == sum.Violations.Count > 0 ? 0 : 1;

void Work()
{
    while (true)
    {
        int n;
        lock (gate)
        {
            if (sum.States >= count || watch.Elapsed.TotalMinutes >= minutes) return;
            n = next++;
        }

        IScenario scenario = scenarios[n % scenarios.Length];
        int first = seed + n / scenarios.Length;
        Stopwatch took = Stopwatch.StartNew();
        // A first start of the bridge is long and always the same: few cuts of it, by many seeds.
        ReplayResult result = Campaign.Run(ordeal, scenario, first, scenario.Name == "bridge-new" ? 100 : ordeal == Ordeal.DiskFault ? 60 : 400, out string variant);
        lock (gate)
        {
            sum.Add(result);
            if (given.TryGetValue("tally", out string? tally)) File.AppendAllText(tally, JsonSerializer.Serialize(Campaign.Line(ordeal, scenario, variant, first, result, took.Elapsed)) + "\n");
        }
    }
}

bool Number(string key, int otherwise, out int value)
{
    value = otherwise;
    return !given.TryGetValue(key, out string? text) || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0);
}

int Refuse(string why)
{
    Console.Error.WriteLine($"{why}. {Usage}");
    return 2;
}

// What people wrote above the line stays.
static void Rewrite(string file, string tables)
{
    const string Line = "<!-- below: written by Devices.PowerCut --report -->";
    string text = File.Exists(file) ? File.ReadAllText(file) : "# Results\n\n";
    int at = text.IndexOf(Line, StringComparison.Ordinal);
    File.WriteAllText(file, (at < 0 ? text : text[..at]) + Line + "\n\n" + tables);
}
