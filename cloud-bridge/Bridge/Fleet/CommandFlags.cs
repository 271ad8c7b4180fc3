namespace Devices.Bridge.Fleet;

/// <summary>Flags of a subcommand: <c>--name value</c>, <c>--name=value</c> and <c>--switch</c>. Unknown ones are refused, not ignored.</summary>
public sealed class CommandFlags
{
    private const int LongestText = 64;
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public string? Value(string name) => _values.GetValueOrDefault(name);

    /// <summary>Who does it, as the audit names them.</summary>
    public string By => Value("by") ?? "command line";

    /// <summary>The value of a flag that must be there: a line of at most 64 characters.</summary>
    /// <param name="commas">Whether commas may be in it.</param>
    /// <exception cref="BridgeStartException">It is missing or something else.</exception>
    public string Text(string name, bool commas = true)
    {
        string value = Value(name) ?? throw new BridgeStartException($"Say --{name}.");
        return value.Length <= LongestText && !value.Any(c => char.IsControl(c) || (c == ',' && !commas)) ? value
            : throw new BridgeStartException($"--{name} must be at most {LongestText} characters{(commas ? "" : " without commas")}.");
    }

    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The words before the first flag, and the flags.</summary>
    public static (string[] Words, string[] Flags) Split(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        int words = Array.FindIndex(args, one => one.StartsWith("--", StringComparison.Ordinal)) is >= 0 and var first ? first : args.Length;
        return (args[..words], args[words..]);
    }

    /// <exception cref="BridgeStartException">A flag is unknown, repeated or lacks its value.</exception>
    public static CommandFlags Read(string command, string[] args, string[] valued, string[] switches)
    {
        ArgumentNullException.ThrowIfNull(args);
        CommandFlags flags = new();
        string known = string.Join(", ", valued.Concat(switches).Select(one => "--" + one));
        for (int i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                throw new BridgeStartException($"'{args[i]}' is not a flag of {command}: it takes {known}.");
            string[] parts = args[i][2..].Split('=', 2);
            string name = parts[0];
            if (switches.Contains(name, StringComparer.Ordinal) && parts.Length == 1)
            {
                flags._values[name] = "";
                continue;
            }
            if (!valued.Contains(name, StringComparer.Ordinal)) throw new BridgeStartException($"{command} has no flag --{name}: it takes {known}.");
            string value = parts.Length == 2 ? parts[1] : ++i < args.Length ? args[i] : throw new BridgeStartException($"--{name} needs a value.");
            if (value.Length == 0) throw new BridgeStartException($"--{name} needs a value.");
            if (!flags._values.TryAdd(name, value)) throw new BridgeStartException($"--{name} is given twice.");
        }
        return flags;
    }
}
