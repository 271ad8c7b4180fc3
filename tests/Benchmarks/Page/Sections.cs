namespace Devices.Benchmarks.Page;

/// <summary>What the page consists of, in the order of a punch's path.</summary>
internal static class Sections
{
    private const string OpenCv = "OpenCV's dnn on the same files, in turns";

    /// <summary>All of it; <paramref name="quick"/> takes fewer rounds and smaller stores, to see that it runs.</summary>
    public static IReadOnlyList<Section> All(bool quick)
    {
        string stores = System.IO.Path.Combine(Devices.Edge.Vision.Tests.Support.RepoRoot.Cache, "benchmark-stores");
        string[] hr = ["hr", "--stores", stores, "--wait", quick ? "20" : "240", "--times", quick ? "5" : "30", .. quick ? (string[])["--large", "100000", "--small", "20000"] : []];
        string frames = quick ? "2000" : "20000", last = quick ? "2,000" : "20,000";
        return
        [
            new("stages", "Frame to decision, stage by stage", "./tools/benchmarks --only stages", [["stages", "--rounds", quick ? "5" : "41"]], null,
            [
                new("Frame → decision, one thread, ours / OpenCV", 0, ["whole: frame → decision"], "ours / OpenCV", Goal.Most(0.6), "", OpenCv),
                new("Frame → decision, two threads, ours / OpenCV (processor time)", 1, ["whole: frame → decision"], "ours / OpenCV", Goal.Most(0.6), "", OpenCv),
                new("Match of one face with 10,000 templates, ours / OpenCV", 0, ["match 1:10,000"], "ours / OpenCV", Goal.Most(1), "", "OpenCV's matrix product"),
                new("JPEG decode of a camera's frame, ours / OpenCV", 0, ["JPEG decode"], "ours / OpenCV", null, "", "libjpeg-turbo in OpenCV"),
            ]),
            new("models", "Models as published and as opened", "./tools/benchmarks --only models", [["models"]], null,
            [
                new("Embedding model, as opened / as published", 0, ["fr_feature.onnx"], "opened / published", Goal.Most(1), "", "the published file in the same runtime"),
            ]),
            new("match", "1:N search", "./tools/benchmarks --only match", [["match", .. quick ? (string[])["--quick", "--templates", "10000,100000"] : []]], null,
            [
                new("Exact 1:100,000, one thread, share of the speed of merely reading as many bytes", 0, ["100,000", "1"], "share of read speed", Goal.Least(80), "%", "a reader of the same memory, in turns"),
                new("Exact 1:10,000, one thread, share of read speed", 0, ["10,000", "1"], "share of read speed", Goal.Least(80), "%", "the same"),
            ]),
            new("idle", "While nobody is there", "./tools/benchmarks --only idle", [["idle"]], null,
            [
                new("Processor time at 2 frames a second, share of one core", 0, ["1", "off", "2"], "share of one core", null, "", "–"),
            ]),
            new("frames", "Many frames", "./tools/benchmarks --only frames", [["soak", "--frames", frames]], null,
            [
                new("Allocated by a frame after many", 0, [last], "allocated since the last line, a frame", Goal.Most(64), " B", "nothing may grow"),
            ]),
            new("ingest", "Punches into the store", "./tools/benchmarks --only ingest", [["ingest", "--batches", quick ? "30" : "400"]], null, []),
            new("exports", "Exports", "./tools/benchmarks --only exports", [["exports", .. quick ? (string[])["--rows", "5000"] : []]], null,
            [
                new("100,000 rows as XLSX", 0, ["XLSX (XlsxTable)"], "ms", Goal.Most(3000), " ms", "limit"),
                new("XLSX, ours / peer", 0, ["XLSX (XlsxTable)"], "ours / peer", Goal.Most(1), "", "the Open XML SDK's streaming writer, in turns"),
            ]),
            new("hr-sqlite", "HR's pages at ten million punches, SQLite", "./tools/benchmarks --only hr-sqlite", [hr], null,
            [
                new("Kinds of page beyond 300 ms (95th percentile) on SQLite", 0, ["SQLite"], "beyond the goal", Goal.Most(0), "", "limit"),
            ]),
            new("hr-postgres", "HR's pages at ten million punches, PostgreSQL", "./tools/benchmarks --only hr-postgres", [[.. hr, "--on-postgres"]], null,
            [
                new("Kinds of page beyond 200 ms (95th percentile) on PostgreSQL", 0, ["PostgreSQL"], "beyond the goal", Goal.Most(0), "", "limit"),
            ]),
            // Long runs, by commands of their own.
            new("fleet", "Ten thousand terminals, and one for long", "./tools/fleet-load/run", [], "tests/Benchmarks/FLEET.md",
            [
                new("Memory of the bridge a connected terminal, 10,000 of them", 0, ["memory a session (difference / sessions)"], "", null, "", "–"),
                new("Durable punches a second at 1,000 offered", 0, ["durable punches a second"], "", Goal.Least(990), "/s", "what is offered"),
                new("Single punches, ours / peer", 0, ["1", "Mosquitto, a commit a message"], "bridge / it", Goal.Least(3), "", "Mosquitto and a subscriber that commits each message to SQLite"),
            ]),
            new("faults", "Faults of real processes, wires, clocks and disks", "./tools/faults", [], "tests/Faults/RESULTS.md", []),
            new("power", "Power cuts", "Devices.PowerCut", [], "tests/PowerCut/RESULTS.md",
            [
                new("States of the disk after a power cut that lose, double or break something", 0, ["all"], "violations", Goal.Most(0), "", "what had been told before the cut"),
                new("States opened", 0, ["all"], "states opened", Goal.Least(10000), "", "–"),
            ]),
            new("accuracy", "Accuracy of the default pack", "./tools/accuracy", [], "models/default/ACCURACY.md", []),
        ];
    }
}
