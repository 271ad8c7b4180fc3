using System.Diagnostics;
using System.Globalization;
using Devices.Bridge;
using Devices.Seed;

const int Unfinished = 3;
(SeedPlan? read, string? problem) = SeedPlan.Read(args);
if (read is not { } plan)
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine("devices-seed --data DIR [--postgres CONNECTIONFILE] [--punches N] [--people N] [--departments N] [--sites N] [--terminals N] [--months N] [--end DAY] [--minutes M]");
    return 2;
}

try
{
    return Run(plan);
}
catch (BridgeStartException refused)
{
    Console.Error.WriteLine(refused.Message);
    return 2;
}

static int Run(SeedPlan plan)
{
    Stopwatch watch = Stopwatch.StartNew();
    bool Late() => watch.Elapsed.TotalMinutes > plan.Minutes;
    PrivateDirectory(plan.Data);
    int filled = Fill(plan, watch, Late);
    if (filled != 0) return filled;
    if (!SeedCorrections.WriteAsync(plan, Late).GetAwaiter().GetResult()) return Stop();
    Console.Error.WriteLine($"All done, {watch.Elapsed.TotalSeconds:0} s in this run.");
    return 0;
}

static int Stop()
{
    Console.Error.WriteLine("The time given is over: run the same command again to go on.");
    return Unfinished;
}

static int Fill(SeedPlan plan, Stopwatch watch, Func<bool> late)
{
    using Filler filler = plan.Postgres.Length > 0 ? PostgresFiller.Open(plan.Postgres) : SqliteFiller.Open(Path.Combine(plan.Data, "bridge.db"));
    SeedWorld world = new(plan);
    SeedChain chain = new(world);
    string? identity = filler.Get("seed.plan");
    if (identity is null)
    {
        if (filler.Session.Number("SELECT COUNT(*) FROM ledgers") > 0)
        {
            Console.Error.WriteLine("This store holds punches that this tool did not make: it fills only an empty one.");
            return 2;
        }

        filler.Set("seed.plan", plan.Identity);
        filler.SetAside(world);
    }
    else if (identity != plan.Identity)
    {
        Console.Error.WriteLine($"This store was begun with another plan ({identity}): give the same numbers, or another place.");
        return 2;
    }

    if (filler.Get("seed.done") is not null) return 0;

    int day = int.Parse(filler.Get("seed.day") ?? "0", CultureInfo.InvariantCulture);
    if (filler.Get("seed.heads") is { } heads) chain.Load(heads);
    chain.NextId = chain.Heads.Sum(h => h.Seq) + 1;
    List<SeedRow> rows = [];
    for (; day < world.Days; day++)
    {
        rows.AddRange(chain.Write(day));
        if (rows.Count < 100_000 && day < world.Days - 1) continue;
        filler.Add(rows, day + 1, chain.Save());
        rows.Clear();
        Console.Error.WriteLine($"{chain.NextId - 1:N0} of {plan.Punches:N0} punches, {watch.Elapsed.TotalSeconds:0} s");
        if (late() && day < world.Days - 1) return Stop();
    }

    if (filler.Get("seed.rest") is null)
    {
        SeedRest.Write(filler.Session, world, chain);
        filler.Set("seed.rest", "1");
    }

    while (filler.PutBackOne())
        if (late()) return Stop();
    filler.Finish(chain.NextId - 1);
    filler.Set("seed.done", "1");
    Console.Error.WriteLine($"{chain.NextId - 1:N0} punches are in, {watch.Elapsed.TotalSeconds:0} s in this run.");
    return 0;
}

static void PrivateDirectory(string path)
{
    Directory.CreateDirectory(path);
    if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
