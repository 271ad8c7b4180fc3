using Devices.Cli.App;
using Devices.Cli.Completion;
using Devices.Cli.Tests.Support;
using Spectre.Console.Testing;

namespace Devices.Cli.Tests.Completion;

/// <summary>Completion as a shell makes it, and that every command is for scripts too.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Support.Cli _cli;

    public CompletionTests() => _cli = new Support.Cli(_folder);

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<IReadOnlyList<CommandNode>> TreeAsync() => CommandTree.ReadAsync(new CliHost { Error = new TestConsole(), Interactive = false, WorkingDirectory = _folder.Path }, Stop);

    [Fact]
    public async Task Every_command_takes_json()
    {
        IReadOnlyList<CommandNode> tree = await TreeAsync();
        List<CommandNode> commands = [.. tree.Where(n => n.IsCommand && n.Path.Length > 0)];
        foreach (string known in (string[])["models install", "flash write", "wifi join", "provision", "doctor", "people", "ledger verify", "bridge backup", "exit-codes", "completion"]) commands.ShouldContain(n => n.Path == known);
        foreach (CommandNode node in commands) node.Flags.Select(f => f.Name).ShouldContain("--json", node.Path);
        tree[0].Children.ShouldNotContain(c => c.Name == "complete" || c.Name == "cli");
    }

    [Fact]
    public async Task With_json_every_command_prints_one_document_whatever_is_wrong_with_the_line()
    {
        foreach (CommandNode node in (await TreeAsync()).Where(n => n.IsCommand && n.Path.Length > 0))
        {
            // What serves until it is stopped, or would work for minutes or write into the checkout, is left to its own tests.
            if (node.Path is "view" or "sim" or "models install" or "models verify" or "font" or "hardware wiring" or "accuracy") continue;
            Ran run = await _cli.RunAsync([.. node.Path.Split(' '), "--json"]);
            Should.NotThrow(() => run.Json, $"{node.Path}: {run.Output}{run.Error}");
            if (run.Code != 0 && run.Json.ValueKind == System.Text.Json.JsonValueKind.Object && run.Json.TryGetProperty("error", out var error)) error.GetProperty("code").GetInt32().ShouldBe(run.Code, node.Path);
            run.Error.ShouldBeEmpty(node.Path);
        }
    }

    [Fact]
    public async Task A_real_bash_offers_commands_flags_files_ports_and_packs()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "There is no bash on this machine.");
        _folder.Write("completion.bash", (await _cli.RunAsync("completion", "bash")).ShouldSucceed().Output);
        _folder.Write("ledger.db", "");
        Directory.CreateDirectory(_folder["state"]);
        // The shell's own work is what is tested: what there is to plug in and to install, another `devices` says.
        string program = _folder.Write("bin/devices", "#!/bin/sh\ncase \"$2\" in ports) printf '/dev/ttyTEST0\\tCP2102\\n/dev/ttyTEST1\\n';; packs) printf 'face-one\\nface-two\\n';; shells) echo fish;; esac\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (string Line, string Offered)[] cases =
        [
            ("devices fl", "flash"),
            ("devices flash ", "write verify info read erase ports"),
            ("devices flash write --ba", "--baud"),
            ("devices flash write --port ", "/dev/ttyTEST0 /dev/ttyTEST1"),
            ("devices flash write --port /dev/ttyTEST1", "/dev/ttyTEST1"),
            ("devices flash write --port=", "/dev/ttyTEST0 /dev/ttyTEST1"),
            ("devices models install ", "face-one face-two"),
            ("devices completion ", "fish"),
            ("devices ledger verify led", "ledger.db"),
            ("devices doctor --state st", "state"),
            ("devices doctor --bundle led", "ledger.db"),
            ("devices doctor --step-timeout ", ""),
            ("devices doctor --bu", "--bundle"),
            ("devices people loo", "lookalikes"),
        ];
        // As readline does it: words parted at blanks and '=', the last one may be empty.
        System.Text.StringBuilder script = new($"export PATH=\"{_folder["bin"]}:$PATH\"; cd \"{_folder.Path}\"; source ./completion.bash\n");
        foreach ((string line, _) in cases)
            script.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                line='{{line}}'; line="${line//=/ = }"; read -ra COMP_WORDS <<< "$line"
                case "$line" in *' ') [ "${COMP_WORDS[-1]}" = '=' ] || COMP_WORDS+=('');; esac
                COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); COMPREPLY=(); _devices 2>/dev/null; echo "${COMPREPLY[*]}"

                """);
        Ran run = await BuiltProgram.RunAsync("/bin/bash", _folder.Path, "--norc", "-c", script.ToString());
        string[] lines = run.Output.TrimEnd('\n').Split('\n');
        lines.Length.ShouldBe(cases.Length, run.Output + run.Error);
        for (int i = 0; i < cases.Length; i++)
            lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).ShouldBe(cases[i].Offered.Split(' ', StringSplitOptions.RemoveEmptyEntries), ignoreOrder: true, cases[i].Line);
    }

    [Theory]
    [InlineData("bash", "/bin/bash", "-n")]
    [InlineData("zsh", "/bin/zsh", "-n")]
    [InlineData("fish", "/usr/bin/fish", "--no-execute")]
    public async Task Each_script_holds_the_tree_and_is_read_by_its_shell(string shell, string program, string check)
    {
        string script = (await _cli.RunAsync("completion", shell)).ShouldSucceed().Output;
        script.ShouldContain("flash write");
        script.ShouldContain("bundle");
        Assert.SkipUnless(File.Exists(program), $"There is no {shell} on this machine to read the script.");
        (await BuiltProgram.RunAsync(program, _folder.Path, check, _folder.Write("script", script))).ShouldSucceed();
    }

    [Fact]
    public async Task The_dynamic_part_answers_and_is_never_a_fault()
    {
        (await _cli.RunAsync("complete", "ports")).ShouldSucceed();
        (await _cli.RunAsync("complete", "nonsense")).ShouldSucceed().Output.ShouldBeEmpty();
        (await _cli.RunAsync("complete", "packs")).ShouldSucceed().Output.ShouldContain("default");
        (await _cli.RunAsync("complete", "shells")).ShouldSucceed().Output.ShouldContain("pwsh");
        (await _cli.RunAsync("completion", "pwsh")).ShouldSucceed().Output.ShouldContain("Register-ArgumentCompleter -Native -CommandName devices");
        (await _cli.RunAsync("completion", "tcsh")).ShouldRefuse(ExitCodes.Usage, "tcsh");
    }
}
