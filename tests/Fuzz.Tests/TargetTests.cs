using System.Diagnostics;
using System.Globalization;
using Devices.Fuzz.Engine;
using Devices.Fuzz.Targets;

namespace Devices.Fuzz.Tests;

/// <summary>Each parser of what comes from outside, with spoilt input: only its documented refusal, in bounded time and memory, and nothing that cannot be right.</summary>
public class TargetTests
{
    // Always the same, so that a red test is red again; tools/fuzz draws others.
    private static readonly long Seed = long.TryParse(Environment.GetEnvironmentVariable("DEVICES_FUZZ_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out long given) ? given : 20261126;

    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Spoilt_input_gets_the_documented_refusal_in_bounded_time_and_memory(string name)
    {
        FuzzTarget target = FuzzTargets.All.Single(one => one.Name == name);
        Finding? found = null;
        Exception? failed = null;
        long number = 0, since = Stopwatch.GetTimestamp();
        byte[] last = [];
        // A thread of its own: a parser that does not come back must not keep the run.
        Thread worker = new(() =>
        {
            try
            {
                FuzzRun run = new(target, Seed, (at, input) =>
                {
                    last = input;
                    Volatile.Write(ref since, Stopwatch.GetTimestamp());
                    Volatile.Write(ref number, at);
                });
                found = run.Go(inputs => inputs >= target.Runs).FirstOrDefault();
            }
            catch (Exception fault)
            {
                failed = fault;
            }
        }) { IsBackground = true, Name = name };
        worker.Start();
        while (!worker.Join(200))
            (Stopwatch.GetElapsedTime(Volatile.Read(ref since)) < Hang).ShouldBeTrue($"{name} hangs at input {Volatile.Read(ref number)} of seed {Seed}: {Convert.ToBase64String(last)}");
        failed.ShouldBeNull();
        found.ShouldBeNull($"{found}\ntools/fuzz --target {name} --seed {Seed}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_samples_are_taken_and_not_only_refused(string name)
    {
        FuzzTarget target = FuzzTargets.All.Single(one => one.Name == name);
        List<string> refusals = [];
        foreach (byte[] sample in target.Seeds())
        {
            try
            {
                string answer = target.Read(sample);
                if (!answer.StartsWith("refused", StringComparison.Ordinal)) return;
                refusals.Add(answer);
            }
            catch (Exception fault) when (target.Refusals.Any(one => one.IsInstanceOfType(fault)))
            {
                refusals.Add(fault.Message);
            }
        }

        refusals.ShouldBeEmpty("no sample of it is sound, so nothing behind the first check is reached");
    }
}
