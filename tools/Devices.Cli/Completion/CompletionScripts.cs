using System.Globalization;
using System.Text;

namespace Devices.Cli.Completion;

/// <summary>Completion for the shells, made from the command tree. Only ports and packs are asked for while somebody types: all else is in the script.</summary>
public static class CompletionScripts
{
    /// <summary>PowerShell under both of its names: <c>pwsh</c> is what its program is called.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "powershell", "pwsh"];

    public static string Make(string shell, IReadOnlyList<CommandNode> tree)
    {
        List<CommandNode> shown = [.. tree.Where(node => !node.IsHidden && !node.Path.StartsWith("cli", StringComparison.Ordinal))];
        return shell switch { "bash" => Bash(shown), "zsh" => Zsh(shown), "fish" => Fish(shown), _ => PowerShell(shown) };
    }

    private static string Bash(List<CommandNode> tree)
    {
        StringBuilder text = new();
        text.Append(
            """
            # bash completion of devices; made by `devices completion bash`.
            # For one shell: source <(devices completion bash). For good: devices completion bash > /etc/bash_completion.d/devices
            _devices() {
              local cur="${COMP_WORDS[COMP_CWORD]}" prev="" cmd="" i word
              if (( COMP_CWORD > 0 )); then prev="${COMP_WORDS[COMP_CWORD-1]}"; fi
              # bash parts --flag=value at the sign.
              if [ "$cur" = "=" ]; then cur=""; elif [ "$prev" = "=" ]; then prev="${COMP_WORDS[COMP_CWORD-2]}"; fi
              for (( i = 1; i < COMP_CWORD; i++ )); do
                word="${cmd:+$cmd }${COMP_WORDS[i]}"
                case "$word" in

            """);
        text.Append(CultureInfo.InvariantCulture, $"      {string.Join('|', tree.Where(n => n.Path.Length > 0).Select(n => $"'{n.Path}'"))}) cmd=\"$word\";;\n    esac\n  done\n");
        text.Append("  local subs=\"\" flags=\"\" takes=\"\"\n  case \"$cmd\" in\n");
        foreach (CommandNode node in tree)
            text.Append(CultureInfo.InvariantCulture, $"    '{node.Path}') subs='{string.Join(' ', node.Children.Select(c => c.Name))}'; flags='{Names(node)}'; takes='{Lower(node.Takes)}';;\n");
        text.Append("  esac\n  case \"$cmd:$prev\" in\n");
        foreach (IGrouping<ValueKind, string> group in Valued(tree).GroupBy(v => v.Kind, v => $"'{v.Path}:{v.Flag}'"))
            text.Append(CultureInfo.InvariantCulture, $"    {string.Join('|', group)}) takes='{Lower(group.Key)}'; subs=''; flags='';;\n");
        text.Append(
            """
              esac
              compopt +o default 2>/dev/null
              case "$takes" in
                file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur");;
                folder) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur");;
                port|pack|shell) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" complete "${takes}s" 2>/dev/null | cut -f1)" -- "$cur");;
                *) COMPREPLY=();;
              esac
              # Flags are offered once somebody begins one, and where nothing else can stand.
              if [ -n "$flags$subs" ]; then
                if [ "${cur:0:1}" = "-" ]; then mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$cur")
                elif [ -n "$subs" ]; then mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$subs" -- "$cur")
                elif [ -z "$takes" ] && [ -z "$cur" ]; then mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$cur"); fi
              fi
            }
            complete -F _devices devices

            """);
        return text.ToString();
    }

    private static string Zsh(List<CommandNode> tree)
    {
        StringBuilder text = new();
        text.Append(
            """
            #compdef devices
            # zsh completion of devices; made by `devices completion zsh`. Put it as _devices into a folder of $fpath.
            _devices() {
              local cmd="" word prev="${words[CURRENT-1]}" takes="" i
              local -a subs flags found
              for (( i = 2; i < CURRENT; i++ )); do
                word="${cmd:+$cmd }${words[i]}"
                case "$word" in

            """);
        text.Append(CultureInfo.InvariantCulture, $"      {string.Join('|', tree.Where(n => n.Path.Length > 0).Select(n => $"'{n.Path}'"))}) cmd=\"$word\";;\n    esac\n  done\n  case \"$cmd\" in\n");
        foreach (CommandNode node in tree)
        {
            string subs = string.Join(' ', node.Children.Select(c => Quote($"{c.Name}:{c.Description}")));
            string flags = string.Join(' ', node.Flags.Select(f => Quote($"{f.Name}:{f.Description}")));
            text.Append(CultureInfo.InvariantCulture, $"    '{node.Path}') subs=({subs}); flags=({flags}); takes='{Lower(node.Takes)}';;\n");
        }

        text.Append("  esac\n  case \"$cmd:$prev\" in\n");
        foreach (IGrouping<ValueKind, string> group in Valued(tree).GroupBy(v => v.Kind, v => $"'{v.Path}:{v.Flag}'"))
            text.Append(CultureInfo.InvariantCulture, $"    {string.Join('|', group)}) takes='{Lower(group.Key)}'; subs=(); flags=();;\n");
        text.Append(
            """
              esac
              if [[ "${words[CURRENT]}" == -* ]]; then (( ${#flags} )) && _describe -t flags flag flags; return; fi
              (( ${#subs} )) && _describe -t commands command subs
              case "$takes" in
                file) _files;;
                folder) _files -/;;
                port|pack|shell) found=(${(f)"$("${words[1]}" complete "${takes}s" 2>/dev/null | cut -f1)"}); (( ${#found} )) && compadd -a found;;
              esac
            }
            if [ "$funcstack[1]" = "_devices" ]; then _devices "$@"; else compdef _devices devices; fi

            """);
        return text.ToString();
    }

    private static string Fish(List<CommandNode> tree)
    {
        StringBuilder text = new();
        text.Append(
            """
            # fish completion of devices; made by `devices completion fish`. Put it into ~/.config/fish/completions/devices.fish
            function __devices_command
                set -l cmd ''
                for word in (commandline -opc)[2..]
                    set -l longer (string trim -- "$cmd $word")
                    contains -- "$longer" $__devices_paths; and set cmd $longer
                end
                echo $cmd
            end
            function __devices_at
                test (__devices_command) = "$argv"
            end
            complete -c devices -f

            """);
        text.Append(CultureInfo.InvariantCulture, $"set -g __devices_paths {string.Join(' ', tree.Where(n => n.Path.Length > 0).Select(n => Quote(n.Path)))}\n");
        foreach (CommandNode node in tree)
        {
            string at = $"-n {Quote($"__devices_at {(node.Path.Length == 0 ? "''" : node.Path)}")}";
            foreach ((string name, string description) in node.Children) text.Append(CultureInfo.InvariantCulture, $"complete -c devices {at} -a {Quote(name)} -d {Quote(description)}\n");
            foreach (FlagNode flag in node.Flags)
                text.Append(CultureInfo.InvariantCulture, $"complete -c devices {at} -l {flag.Name[2..]}{(flag.Letter is { } one ? $" -s {one[1..]}" : "")}{FishValue(flag.Value)} -d {Quote(flag.Description)}\n");
            if (node.Takes != ValueKind.Text) text.Append(CultureInfo.InvariantCulture, $"complete -c devices {at}{FishValue(node.Takes).Replace(" -r", "", StringComparison.Ordinal)}\n");
        }

        return text.ToString();
    }

    private static string FishValue(ValueKind? kind) => kind switch
    {
        null => "",
        ValueKind.File => " -r -F",
        ValueKind.Folder => " -r -f -a '(__fish_complete_directories)'",
        ValueKind.Port => " -r -f -a '(devices complete ports 2>/dev/null)'",
        ValueKind.Pack => " -r -f -a '(devices complete packs 2>/dev/null)'",
        ValueKind.Shell => " -r -f -a '(devices complete shells 2>/dev/null)'",
        _ => " -r -f",
    };

    private static string PowerShell(List<CommandNode> tree)
    {
        StringBuilder text = new();
        text.Append(
            """
            # PowerShell completion of devices; made by `devices completion powershell`. Add it to your $PROFILE:
            #   devices completion powershell | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName devices, devices.exe -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                $tree = @{

            """);
        foreach (CommandNode node in tree)
        {
            List<string> children = [.. node.Children.Select(c => $"@({Single(c.Name)},{Single(c.Description)})")];
            List<string> flags = [.. node.Flags.Select(f => $"@({Single(f.Name)},{Single(f.Description)},{Single(f.Value is { } v ? Lower(v) : "none")})")];
            text.Append(CultureInfo.InvariantCulture, $"        {Single(node.Path)} = @{{ subs = {Array(children)}; flags = {Array(flags)}; takes = {Single(Lower(node.Takes))} }}\n");
        }

        text.Append(
            """
                }
                $cmd = ''; $prev = ''
                $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
                foreach ($word in $words) {
                    $longer = if ($cmd) { "$cmd $word" } else { $word }
                    if ($tree.ContainsKey($longer)) { $cmd = $longer }
                    $prev = $word
                }
                $node = $tree[$cmd]
                $takes = $node.takes
                $flag = $node.flags | Where-Object { $_[0] -eq $prev -and $_[2] -ne 'none' } | Select-Object -First 1
                if ($flag) { $takes = $flag[2] }
                if ($takes -in 'port', 'pack', 'shell') {
                    & $commandAst.CommandElements[0].ToString() complete "${takes}s" 2>$null | ForEach-Object { $_.Split("`t")[0] } | Where-Object { $_ -like "$wordToComplete*" } |
                        ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
                }
                if ($flag) { return }
                @($node.subs) + @($node.flags) | Where-Object { $_ -and $_[0] -like "$wordToComplete*" } |
                    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $(if ($_[1]) { $_[1] } else { $_[0] })) }
            }

            """);
        return text.ToString();
    }

    private static IEnumerable<(string Path, string Flag, ValueKind Kind)> Valued(List<CommandNode> tree) =>
        tree.SelectMany(node => node.Flags.Where(f => f.Value is not null).SelectMany(f => new[] { f.Name, f.Letter }.OfType<string>().Select(name => (node.Path, name, f.Value!.Value))));

    // An array of one array needs the comma, or PowerShell makes one of them.
    private static string Array(List<string> items) => items.Count == 1 ? $"@(,{items[0]})" : $"@({string.Join(',', items)})";

    private static string Names(CommandNode node) => string.Join(' ', node.Flags.Select(f => f.Name));

    private static string Lower(ValueKind kind) => kind == ValueKind.Text ? "" : kind.ToString().ToLowerInvariant();

    private static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string Single(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
