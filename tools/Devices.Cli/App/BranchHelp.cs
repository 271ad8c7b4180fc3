using Spectre.Console.Cli;
using Spectre.Console.Cli.Help;
using Spectre.Console.Rendering;

namespace Devices.Cli.App;

/// <summary>
/// Help that shows the flags of a branch which can be run by itself (<c>devices provision</c>, <c>devices people</c>). The library's own shows only the
/// commands below such a branch: nobody would find the flags that every sentence of a fault names.
/// </summary>
public sealed class BranchHelp(ICommandAppSettings settings) : HelpProvider(settings)
{
    public override IEnumerable<IRenderable> GetOptions(ICommandModel model, ICommandInfo? command) => base.GetOptions(model, Run(command));

    public override IEnumerable<IRenderable> GetArguments(ICommandModel model, ICommandInfo? command) => base.GetArguments(model, Run(command));

    private static ICommandInfo? Run(ICommandInfo? command) => command is { IsBranch: true, DefaultCommand: { } own } ? own : command;
}
