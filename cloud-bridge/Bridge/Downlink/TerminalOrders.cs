using System.Text;
using Devices.Bridge.Store;

namespace Devices.Bridge.Downlink;

/// <summary>
/// The commands of one session, one in flight, oldest first. What is not answered is sent again: the terminal does each once and answers each
/// time. One that it has accepted is sent again only in a new session, so that it says how it ended.
/// </summary>
public sealed class TerminalOrders(string terminal, ICommandStore commands, DownlinkOptions options, TimeProvider time)
{
    private readonly HashSet<Guid> _asked = [];
    private bool _takes;
    private (Guid Id, long At)? _flight;

    /// <summary>Whether the terminal takes commands, as hello says.</summary>
    public void Stand(bool takes) => _takes = takes;

    /// <summary>The terminal has said something of that one.</summary>
    public void Answered(Guid id)
    {
        _asked.Add(id);
        if (_flight?.Id == id) _flight = null;
    }

    public async Task<(CommandRow Row, byte[] Payload)?> NextAsync(CancellationToken cancellationToken)
    {
        if (!_takes) return null;
        IReadOnlyList<CommandRow> open = await commands.OpenAsync(terminal, cancellationToken);
        if (_flight is { } flight && open.Any(one => one.Id == flight.Id && one.State != CommandState.Accepted) && time.GetElapsedTime(flight.At) < options.SendAgain) return null;
        CommandRow? next = open.FirstOrDefault(one => one.State != CommandState.Accepted || !_asked.Contains(one.Id));
        if (next is null) return null;
        if (next.State == CommandState.Accepted) _asked.Add(next.Id);
        _flight = (next.Id, time.GetTimestamp());
        return (next, Encoding.UTF8.GetBytes(next.Envelope));
    }
}
