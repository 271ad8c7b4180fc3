using System.Text.RegularExpressions;
using Devices.Cli.App;
using Devices.Link;

namespace Devices.Cli.Tests.Guide;

/// <summary>The technician's guide says what the product does: its pictures are the firmware's own, and no way to fail is missing from its fault tree.</summary>
public sealed partial class GuideTests
{
    private static readonly string[] Guides = ["README.md", "README.zh-CN.md"];

    [Fact]
    public void The_screens_in_the_guide_are_what_the_firmware_draws()
    {
        GuidePictures.CheckScreen("screen-not-set-up", ScreenKind.Fault, "", title: "Not set up", detail: "Run: devices provision", online: false);
        GuidePictures.CheckScreen("screen-idle", ScreenKind.Idle, "");
        GuidePictures.CheckScreen("screen-self-test", ScreenKind.Hint, "", detail: "Self-test");
        GuidePictures.CheckScreen("screen-look", ScreenKind.Look, "");
        GuidePictures.CheckScreen("screen-thanks", ScreenKind.Thanks, "Ada Lovelace", detail: "08:31");
        GuidePictures.CheckScreen("screen-thanks-zh", ScreenKind.Thanks, "王小明", chinese: true, detail: "08:31");
        GuidePictures.CheckScreen("screen-card", ScreenKind.CardPlease, "", detail: "Face is not available, use your card");
        GuidePictures.CheckScreen("screen-recovery", ScreenKind.Idle, "", detail: "Recovery: an older version runs");
        GuidePictures.CheckScreen("screen-offline", ScreenKind.Offline, "", online: false, queued: 1);
    }

    // Codes that others of this table bring later are named in tools/README.md, where a test holds the whole table.
    [Fact]
    public void Every_way_to_fail_that_a_technician_meets_is_in_the_fault_tree()
    {
        string guide = File.ReadAllText(Path.Combine(GuidePictures.Folder, "README.md"));
        foreach (ExitCode code in ExitCodes.All.Where(one => one.Number is (>= 1 and <= 43) or (>= 50 and <= 74) or 80 or 81 or 85 or (>= 90 and <= 130) or 150))
            guide.ShouldContain($"`{code.Name}`", Case.Sensitive, $"{code.Number} is missing");
        foreach (string finding in (string[])["provisioning", "configuration", "certificate", "template key", "agent", "clock", "camera", "MCU", "uplink", "disk", "model pack", "threshold", "ledger", "roster", "liveness"])
            guide.ShouldContain($"*{finding}*", Case.Sensitive, "a finding of the doctor");
    }

    [Fact]
    public void Every_picture_is_there_used_and_small_and_every_link_leads_somewhere()
    {
        List<string> used = [];
        foreach (string name in Guides)
        {
            string text = File.ReadAllText(Path.Combine(GuidePictures.Folder, name));
            foreach (Match link in Link().Matches(text))
            {
                string target = link.Groups[1].Value;
                File.Exists(Path.GetFullPath(Path.Combine(GuidePictures.Folder, target))).ShouldBeTrue($"{name}: {target}");
                if (target.StartsWith("pictures/", StringComparison.Ordinal)) used.Add(Path.GetFileName(target));
            }
        }

        string[] there = [.. Directory.EnumerateFiles(Path.Combine(GuidePictures.Folder, "pictures")).Select(file => Path.GetFileName(file)!)];
        there.Except(used).ShouldBeEmpty("a picture that no guide shows");
        foreach (string file in there) new FileInfo(Path.Combine(GuidePictures.Folder, "pictures", file)).Length.ShouldBeLessThanOrEqualTo(GuidePictures.MostBytes, file);
    }

    [GeneratedRegex(@"\]\(([^)#:]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
