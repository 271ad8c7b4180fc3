using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Devices.Architecture.Tests;

/// <summary>
/// No secret is in what is tracked, nor in what the newest commits brought: private keys, tokens of known forms, passwords given as a literal, and texts too random to be words.
/// What looks like one and is none (test vectors, fingerprints) stands in <c>secrets-allowed.txt</c> with its reason.
/// </summary>
public partial class SecretsTests
{
    private const int Commits = 40;

    private static readonly IReadOnlyList<Allowed> List = [.. File.ReadLines(Path.Combine(Repository.Root, "tests", "Architecture.Tests", "secrets-allowed.txt"))
        .Where(line => line.Length > 0 && !line.StartsWith('#'))
        .Select(line => line.Split(" | ", 3) is [var path, var begins, { Length: > 10 } reason] ? new Allowed(path, begins, reason) : throw new InvalidDataException($"secrets-allowed.txt: '{line}' is not 'path | how it begins, or * | reason'"))];

    [Fact]
    public void No_tracked_file_holds_what_looks_like_a_secret()
    {
        HashSet<Allowed> used = [];
        List<string> found = [];
        int read = 0;
        foreach (string file in Repository.Tracked().Where(IsText))
        {
            string path = Path.Combine(Repository.Root, file);
            if (!File.Exists(path)) continue;
            read++;
            int line = 0;
            foreach (string text in File.ReadLines(path))
            {
                line++;
                foreach (string secret in In(text))
                    if (Excuse(file, secret) is { } excuse) used.Add(excuse);
                    else found.Add($"{file}:{line}: {Shown(secret)}");
            }
        }

        read.ShouldBeGreaterThan(500, "the scan sees the files at all");
        found.ShouldBeEmpty("take it out, and change it wherever it was in force; what is none goes into secrets-allowed.txt with its reason");
        List.Except(used).Select(one => $"{one.Path} | {one.Begins}").ShouldBeEmpty("rows of secrets-allowed.txt that nothing needs any more");
    }

    [Fact]
    public void The_newest_commits_brought_no_secret_that_was_only_taken_out_again()
    {
        // A tool that reads the history's newest part as text; merges show nothing of their own.
        using Process? git = Process.Start(new ProcessStartInfo("git", ["-c", "safe.directory=*", "-C", Repository.Root, "log", "-p", "-U0", "--no-color", "--no-ext-diff", "--no-merges", $"-n{Commits}", "--format=commit %h"]) { RedirectStandardOutput = true, RedirectStandardError = true });
        Assert.SkipWhen(git is null, "git is not installed here, so the history cannot be read; the files themselves are.");
        _ = git.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string commit = "", file = "";
        List<string> found = [];
        int lines = 0;
        while (git.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith("commit ", StringComparison.Ordinal)) commit = line;
            else if (line.StartsWith("+++ b/", StringComparison.Ordinal)) file = line["+++ b/".Length..];
            else if (line.StartsWith('+') && IsText(file))
            {
                lines++;
                found.AddRange(In(line).Where(secret => Excuse(file, secret) is null).Select(secret => $"{commit} {file}: {Shown(secret)}"));
            }
        }

        git.WaitForExit();
        Assert.SkipWhen(git.ExitCode != 0, "This is no git checkout, so there is no history to read; the files themselves are.");
        lines.ShouldBeGreaterThan(0);
        found.Distinct().ShouldBeEmpty("it is in the history even though the files have it no more: change it wherever it was in force");
    }

    [Theory]
    [InlineData("-----BEGIN EC " + "PRIVATE KEY-----", true)]
    [InlineData("AKIA" + "IOSFODNN7EXAMPLE", true)]
    [InlineData("\"password\": \"" + "hunter2hunter2\"", true)]
    [InlineData("token = '" + "s3cr3t-t0ken-value'", true)]
    [InlineData("key: \"" + "kX9vQ2mZ7pLr4TfW" + "b8NcYs6HdGj3UaEe\"", true)]
    [InlineData("deadbeef0123" + "9a77b1c4f00dcafe8812aa", true)]
    [InlineData("password = options.Password;", false)]
    [InlineData("The quick brown fox jumps over the lazy dog and does so again", false)]
    [InlineData("public void A_name_of_a_test_that_is_very_long_and_has_1_number()", false)]
    public void What_is_a_secret_is_seen_and_what_is_none_is_not(string line, bool secret) => In(line).Any().ShouldBe(secret);

    private static IEnumerable<string> In(string line)
    {
        if (line.Length > 200_000) yield break;
        if (PrivateKey().Match(line) is { Success: true } key) yield return key.Value;
        foreach (Match token in KnownToken().Matches(line)) yield return token.Value;
        foreach (Match given in Given().Matches(line))
            yield return given.Groups[1].Value;
        foreach (Match run in Run().Matches(line))
        {
            string text = run.Value;
            if (IsHex(text) ? text.Length >= 32 && Entropy(text) > 3.0 : text.Any(char.IsAsciiDigit) && text.Any(char.IsAsciiLetterLower) && text.Any(char.IsAsciiLetterUpper) && !text.Contains('_', StringComparison.Ordinal) && text.IndexOf('/', StringComparison.Ordinal) is < 0 or > 20 && Entropy(text) > 4.3)
                yield return text;
        }
    }

    private static bool IsHex(string text) => text.All(char.IsAsciiHexDigit);

    // Shannon's, bits a character: English words have some 3.5 over such lengths, base64 of random bytes 4.5 and more.
    private static double Entropy(string text) => -text.GroupBy(c => c).Sum(group => (double)group.Count() / text.Length * Math.Log2((double)group.Count() / text.Length));

    private static Allowed? Excuse(string file, string secret) => List.FirstOrDefault(one => one.Path == file && (one.Begins == "*" || secret.StartsWith(one.Begins, StringComparison.Ordinal)));

    // Enough to find it, not to use it from a log.
    private static string Shown(string secret) => secret[..Math.Min(12, secret.Length)] + "…";

    private static bool IsText(string file) => !Binary().IsMatch(file) && !file.EndsWith("packages.lock.json", StringComparison.Ordinal) && !file.EndsWith("secrets-allowed.txt", StringComparison.Ordinal);

    private sealed record Allowed(string Path, string Begins, string Reason);

    [GeneratedRegex(@"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{30,}|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[0-9A-Za-z_-]{35}|npm_[A-Za-z0-9]{36}|oy2[a-z0-9]{43}|sk-[A-Za-z0-9]{32,}|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,})")]
    private static partial Regex KnownToken();

    [GeneratedRegex(@"(?:password|passwd|secret|token|api_?key)[""']? ?[:=] ?[""']([^""'\s(){}\[\];<>$%]{8,})[""']", RegexOptions.IgnoreCase)]
    private static partial Regex Given();

    [GeneratedRegex(@"[A-Za-z0-9+/=_-]{24,}")]
    private static partial Regex Run();

    [GeneratedRegex(@"\.(?:bin|png|ico|woff2?)$")]
    private static partial Regex Binary();
}
