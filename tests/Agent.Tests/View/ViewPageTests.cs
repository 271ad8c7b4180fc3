using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Devices.Edge.Agent.View;
using Devices.Edge.Vision.Liveness;
using Devices.Edge.Vision.Quality;

namespace Devices.Edge.Agent.Tests.View;

/// <summary>The page's files and words.</summary>
public sealed partial class ViewPageTests
{
    private static string Text(string name) => Encoding.UTF8.GetString(ViewPage.Find(name).ShouldNotBeNull(name).Content);

    private static Dictionary<string, string> Texts(string name) => JsonSerializer.Deserialize<Dictionary<string, string>>(Text(name))!;

    [Theory]
    [InlineData(null, "texts.en.json")]
    [InlineData("", "texts.en.json")]
    [InlineData("fr,en;q=0.5", "texts.en.json")]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "texts.zh-CN.json")]
    [InlineData("zh-Hans-SG", "texts.zh-CN.json")]
    [InlineData("en-GB,en;q=0.9,zh-CN;q=0.8", "texts.en.json")]
    [InlineData("de,zh;q=0", "texts.en.json")]
    [InlineData(";;,,q=", "texts.en.json")]
    public void The_browsers_language_is_spoken_where_it_is_known(string? accepted, string wanted) => ViewPage.TextsFor(accepted).ShouldBe(wanted);

    [Fact]
    public void Both_languages_say_everything_and_name_the_same_values()
    {
        Dictionary<string, string> english = Texts("texts.en.json"), chinese = Texts("texts.zh-CN.json");
        chinese.Keys.ShouldBe(english.Keys, ignoreOrder: true);
        foreach ((string key, string text) in english)
            Values().Matches(chinese[key]).Select(m => m.Value).ShouldBe(Values().Matches(text).Select(m => m.Value), ignoreOrder: true, key);
        chinese.Where(t => t.Key != "lang").Count(t => t.Value.Any(c => c > 0x2E80)).ShouldBeGreaterThan(100);
    }

    [Fact]
    public void Every_word_that_page_or_pipeline_can_use_is_there()
    {
        Dictionary<string, string> texts = Texts("texts.en.json");
        IEnumerable<string> used = Said().Matches(Text("view.js") + Text("overlay.js")).Select(m => m.Groups[1].Value)
            .Concat(Marked().Matches(Text("index.html")).Select(m => m.Groups[1].Value))
            .Concat(Enum.GetValues<QualityReason>().Select(r => "reason." + Kebab(r)))
            .Concat(Enum.GetValues<QualityReason>().Where(r => r != QualityReason.Good).Select(r => "short." + Kebab(r)))
            .Concat(Enum.GetValues<ChallengeKind>().Where(c => c != ChallengeKind.None).Select(c => "challenge." + Kebab(c)))
            .Concat(Enum.GetValues<SpoofCue>().Select(c => "says.spoof-" + Kebab(c)))
            .Concat(["total", "decode", "detect", "analyse", "recognise"], s => "number." + s)
            .Concat(["eyes", "sharpness", "brightness", "contrast", "yaw", "pitch", "roll", "eye-texture", "mouth-texture", "residual"], m => "measure." + m)
            .Concat(["camera-none", "camera-fault", "models-none", "models-fault", "agent", "busy", "denied", "closed"], m => "message." + m);
        foreach (string key in used.Where(k => !k.EndsWith('.') && !k.EndsWith('-'))) texts.ShouldContainKey(key);
    }

    [Fact]
    public void The_page_needs_nothing_from_elsewhere_and_no_script_or_style_in_its_text()
    {
        string page = Text("index.html");
        page.ShouldNotContain("http");
        page.ShouldNotContain("style=");
        page.ShouldNotContain("<style");
        Regex.Count(page, "<script").ShouldBe(1);
        page.ShouldContain("<script type=\"module\" src=\"view.js\"></script>");
        Regex.IsMatch(page, @"\son\w+=").ShouldBeFalse();
        (Text("view.js") + Text("overlay.js")).ShouldNotContain("innerHTML");
        ViewPage.Find("../agent.json").ShouldBeNull();
    }

    private static string Kebab<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Values();

    [GeneratedRegex(@"say\('([a-z.-]+)'")]
    private static partial Regex Said();

    [GeneratedRegex("data-t=\"([a-z.-]+)\"")]
    private static partial Regex Marked();
}

file static class Sequences
{
    public static IEnumerable<string> Concat(this IEnumerable<string> first, IEnumerable<string> more, Func<string, string> map) => first.Concat(more.Select(map));
}
