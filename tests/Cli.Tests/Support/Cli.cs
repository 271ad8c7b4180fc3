using System.Text.Json;
using Devices.Cli.App;
using Spectre.Console.Cli.Testing;
using Spectre.Console.Testing;

namespace Devices.Cli.Tests.Support;

/// <summary>Runs <c>devices</c> in this process, as its Main does.</summary>
public sealed class Cli(TempFolder folder)
{
    public Func<CliHost, CliHost> With { get; set; } = h => h;

    /// <summary>What a person types at the questions; setting it makes the run interactive.</summary>
    public IReadOnlyList<string> Typed { get; set; } = [];

    public Task<Ran> RunAsync(params string[] args) => RunAsync(TestContext.Current.CancellationToken, args);

    public async Task<Ran> RunAsync(CancellationToken cancellationToken, params string[] args)
    {
        var error = new TestConsole().Width(2000);
        var console = new TestConsole().Width(2000);
        if (Typed.Count > 0) console.Interactive();
        foreach (string line in Typed) console.Input.PushTextWithEnter(line);
        CliHost host = With(new CliHost { Error = error, Interactive = Typed.Count > 0, WorkingDirectory = folder.Path });
        if (args.Contains("--json")) host = host with { Json = console.Profile.Out.Writer };
        var tester = new CommandAppTester(null, new CommandAppTesterSettings { TrimConsoleOutput = false }, console);
        tester.Configure(config => CliApp.Configure(config, host));
        CommandAppResult result = await tester.RunAsync(args, cancellationToken);
        return new Ran(result.ExitCode, result.Output, error.Output);
    }
}

/// <summary>How a run ended.</summary>
public sealed record Ran(int Code, string Output, string Error)
{
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }

    /// <summary>The exit code, and one sentence and a remedy on standard error without a trace of the program's inside.</summary>
    public Ran ShouldRefuse(ExitCode code, params string[] words)
    {
        Code.ShouldBe(code.Number, Output + Error);
        Error.ShouldContain($"Error {code.Number} ({code.Name}): ");
        Error.ShouldContain("What to do: ");
        Error.ShouldNotContain("   at ");
        Error.ShouldNotContain("Exception");
        foreach (string word in words) Error.ShouldContain(word);
        return this;
    }

    public Ran ShouldSucceed()
    {
        Code.ShouldBe(0, Output + Error);
        return this;
    }
}
