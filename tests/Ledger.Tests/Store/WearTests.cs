using System.Diagnostics;
using System.Globalization;
using Devices.Ledger.Tests.Support;

namespace Devices.Ledger.Tests.Store;

public sealed class WearTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Azure/iotedge#1274: what was written for a message was many times the message, and wore SD cards out. A durable append costs whole
    /// pages (13 kB when this was written, for 170 bytes that stay), so it is measured and bounded: at 1,000 punches a day at most 20 MB a day,
    /// or 73 GB in ten years.
    /// </summary>
    [Fact]
    public async Task Iotedge_1274_the_bytes_written_for_a_punch_are_measured_and_bounded()
    {
        Assert.SkipUnless(File.Exists("/proc/self/io"), "This kernel does not count what a process writes (/proc/self/io), so it was not measured.");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Ledger.Tests")) { RedirectStandardOutput = true };
        start.Environment[WearChild.Variable] = _folder.Ledger;
        using Process child = Process.Start(start)!;
        string said = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        child.ExitCode.ShouldBe(0, said);

        long[] counted = [.. said.Split(' ').Select(n => long.Parse(n, CultureInfo.InvariantCulture))];
        double written = (double)counted[0] / WearChild.Punches, disk = (double)counted[1] / WearChild.Punches, size = (double)new FileInfo(_folder.Ledger).Length / (WearChild.Punches + 2_000);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{written:0} bytes written a punch ({disk:0} towards a device); {size:0} bytes kept a punch: {written / size:0} times"));
        written.ShouldBeInRange(size, 20_000, "less than what is kept would mean that it is not written at once");
        Drafts.Verify(_folder).LastSeq.ShouldBe(WearChild.Punches + 2_000);
    }
}
