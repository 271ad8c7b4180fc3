using System.ComponentModel;
using Devices.Cli.App;
using Spectre.Console.Cli;

namespace Devices.Cli.Release;

/// <summary>Flags of every <c>devices release</c> command.</summary>
public class ReleaseSettings : GlobalSettings
{
    [CommandArgument(0, "<DIR>")]
    [Description("The release repository: metadata/, targets/, and draft/ for what is not signed by enough yet.")]
    public string Folder { get; init; } = "";
}

/// <summary>Flags of commands that use private keys.</summary>
public class ReleaseKeySettings : ReleaseSettings
{
    [CommandOption("--password-file <FILE>")]
    [Description("File with the password of the key files. Without it the password is asked for; it is never an argument.")]
    public string? PasswordFile { get; init; }
}

/// <summary>Flags of <c>release init</c>.</summary>
public sealed class ReleaseInitSettings : ReleaseKeySettings
{
    [CommandOption("--keys <DIR>")]
    [Description("Where the new key files go: a stick that is kept offline, not the repository.")]
    public string Keys { get; init; } = "";

    [CommandOption("--root-keys <N>")]
    [Description("How many root keys to make.")]
    public int RootKeys { get; init; } = 1;

    [CommandOption("--root-threshold <N>")]
    [Description("How many of them must sign a root.")]
    public int RootThreshold { get; init; } = 1;

    [CommandOption("--timestamp <FILE>")]
    [Description("The bridge's public timestamp key (`Devices.Bridge release key --data DIR`). It can be added later.")]
    public string? Timestamp { get; init; }

    [CommandOption("--days <N>")]
    [Description("After so many days the root must have been signed anew.")]
    public int Days { get; init; } = 365;
}

/// <summary>Flags of <c>release add-key</c>.</summary>
public sealed class ReleaseAddKeySettings : ReleaseKeySettings
{
    [CommandOption("--role <ROLE>")]
    [Description("root, targets, snapshot or timestamp.")]
    public string Role { get; init; } = "";

    [CommandOption("--public <FILE>")]
    [Description("A public key (PEM) that somebody else has made.")]
    public string? Public { get; init; }

    [CommandOption("--new <FILE>")]
    [Description("Make a new key in this file, encrypted; the public part goes beside it as FILE.pub.")]
    public string? New { get; init; }
}

/// <summary>Flags of <c>release rotate-root</c>.</summary>
public sealed class ReleaseRotateSettings : ReleaseSettings
{
    [CommandOption("--remove <ROLE=KEYID>")]
    [Description("Take a key away from a role; the first digits of its id are enough. May be repeated.")]
    public string[] Remove { get; init; } = [];

    [CommandOption("--threshold <ROLE=N>")]
    [Description("How many keys of that role must sign. May be repeated.")]
    public string[] Threshold { get; init; } = [];

    [CommandOption("--days <N>")]
    [Description("After so many days the root must have been signed anew.")]
    public int Days { get; init; } = 365;
}

/// <summary>Flags of <c>release sign</c>.</summary>
public sealed class ReleaseSignSettings : ReleaseKeySettings
{
    [CommandOption("--key <FILE>")]
    [Description("A private key file. May be repeated; a role that wants several signatures can be signed at several desks in turn.")]
    public string[] Keys { get; init; } = [];
}

/// <summary>Flags of <c>release package</c>.</summary>
public sealed class ReleasePackageSettings : ReleaseSettings
{
    [CommandArgument(1, "<KIND>")]
    [Description("agent, models or firmware.")]
    public string Kind { get; init; } = "";

    [CommandArgument(2, "<FOLDER>")]
    [Description("agent: a published agent. models: an installed pack. firmware: a folder with app.bin and, where the runtime changes too, runtime/.")]
    public string Source { get; init; } = "";

    [CommandOption("--version <VERSION>")]
    [Description("The package's version. A model pack brings its own.")]
    public string? Version { get; init; }

    [CommandOption("--runtime <NAME>")]
    [Description("agent: linux-x64 or linux-arm64. firmware: esp32, esp32s3 or esp32c3.")]
    public string? Runtime { get; init; }
}

/// <summary>Flags of <c>release publish</c>.</summary>
public sealed class ReleasePublishSettings : ReleaseKeySettings
{
    [CommandOption("--key <FILE>")]
    [Description("The private keys of targets and snapshot. Where more must sign, `devices release sign` adds theirs.")]
    public string[] Keys { get; init; } = [];

    [CommandOption("--withdraw <KIND/NAME/VERSION>")]
    [Description("Leave a package out from now on. May be repeated.")]
    public string[] Withdraw { get; init; } = [];

    [CommandOption("--days <N>")]
    [Description("After so many days it must have been published anew.")]
    public int Days { get; init; } = 180;
}
