using System.Threading.Channels;
using Devices.Contract;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Hosting;
using Devices.Edge.Ledger.Time;

namespace Devices.Edge.Agent.Downlink.Commands;

/// <summary>
/// Carries out the bridge's commands, each at most once: it is noted durably before it is begun, and one that was begun and whose end nobody
/// knows is told as <c>unsure</c> and not done again. An answer is told until the bridge has acknowledged it.
/// </summary>
public sealed class CommandDesk(
    AgentOptions options, CommandBook book, CommandPapers papers, TrustedClock clock, CommandActs acts, Func<string, byte[], CancellationToken, Task<bool>> publish, Func<bool> online, Narration narration,
    TimeProvider time)
{
    private const int MaxWaiting = 16;
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);
    private readonly Channel<ReadOnlyMemory<byte>> _waiting = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });
    private string Boot => clock.Read().BootId;

    /// <summary>Hands a message over; any thread, does not wait. Empty to tell what is untold.</summary>
    public void Offer(ReadOnlyMemory<byte> payload) => _waiting.Writer.TryWrite(payload);

    /// <summary>What an earlier run began: a restart has happened, of anything else nobody knows.</summary>
    public void Begin()
    {
        foreach (NotedCommand begun in book.Begun())
        {
            bool restarted = begun.Kind == CommandKinds.Reboot && (begun.What != "board" || begun.Boot != Boot);
            CommandResult result = restarted
                ? Result(begun.Id, CommandStates.Done, begun.What == "board" ? "The board has started again." : "The agent has started again.")
                : Result(begun.Id, CommandStates.Unsure, $"The agent ended while it carried out '{begun.Kind}': whether it was done is not known. It is not done again.", CommandRefusals.Interrupted);
            book.Settle(result);
            narration.Tell("command", result.Text);
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadOnlyMemory<byte> payload = await NextAsync(cancellationToken).ConfigureAwait(false);
            if (payload.Length > 0) await TakeAsync(payload, cancellationToken).ConfigureAwait(false);
            await TellAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource tick = new(TellEvery, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(tick.Token, cancellationToken);
        try
        {
            return await _waiting.Reader.ReadAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return default;
        }
    }

    /// <summary>Takes one message; for tests also without the loop.</summary>
    public async Task TakeAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        ClockReading now = clock.Read();
        SignedCommand? signed = papers.Read(payload.Span, now.Trusted ? DateTimeOffset.FromUnixTimeMilliseconds(now.AtMs) : null, out string code, out string fault, out CommandBody? told);
        if (told is not null && book.Find(told.Id) is { } known)
        {
            // Sent again, since the answer did not get through: answered again, not done again. Other contents under a used id get nothing.
            if (signed is not null && known.Hash.AsSpan().SequenceEqual(signed.Hash)) book.TellAgain(known.Id);
            else narration.Warn("command", "A command came under the id of another one and was refused.");
            return;
        }

        if (signed is null)
        {
            narration.Warn("command", $"A command was refused: {fault}");
            // Not noted: whoever cannot sign must not use up an id either.
            if (told is not null && told.Id != Guid.Empty) await SendAsync(Result(told.Id, CommandStates.Refused, fault, code), cancellationToken).ConfigureAwait(false);
            return;
        }

        CommandBody body = signed.Body;
        if (body.Terminal != options.Terminal)
        {
            narration.Warn("command", $"A command for {body.Terminal} came here and was refused.");
            await SendAsync(Result(body.Id, CommandStates.Refused, $"The command is for {body.Terminal}; this is {options.Terminal}.", CommandRefusals.WrongTerminal), cancellationToken).ConfigureAwait(false);
            return;
        }

        if (Refusal(body, now) is { } refused)
        {
            book.Note(body, signed.Hash, now.BootId, refused);
            narration.Warn("command", $"The bridge's command '{Short(body.Kind)}' was refused: {refused.Text}");
            return;
        }

        CommandResult accepted = Result(body.Id, CommandStates.Accepted, $"'{body.Kind}' was accepted.");
        if (!book.Note(body, signed.Hash, now.BootId, accepted)) return;
        narration.Warn("command", $"The bridge's command '{body.Kind}' is carried out.");
        await SendAsync(accepted, cancellationToken).ConfigureAwait(false);
        CommandResult? result = await ActAsync(body).ConfigureAwait(false);
        if (result is null) return;
        book.Settle(result);
        narration.Tell("command", $"The bridge's command '{body.Kind}': {result.Text}");
    }

    private CommandResult? Refusal(CommandBody body, ClockReading now)
    {
        CommandResult No(string code, string text) => Result(body.Id, CommandStates.Refused, text, code);
        if (body.IssuedAt <= book.ForgottenThrough) return No(CommandRefusals.Replay, "The command is older than what this terminal remembers; it may have been done before.");
        // The floor is a time that has certainly passed, however wrong the clock is.
        if (body.ExpiresAt <= (now.Trusted ? now.AtMs : clock.FloorMs)) return No(CommandRefusals.Expired, "The command has expired.");
        switch (body.Kind)
        {
            case CommandKinds.OpenDoor:
                if (!options.MayOpenDoor) return No(CommandRefusals.NotAllowed, "This terminal does not let the bridge release its door (Commands:OpenDoor).");
                // An order of yesterday would open to whoever stands there now.
                if (!now.Trusted) return No(CommandRefusals.Clock, "The clock is not trusted, so whether the command has expired cannot be judged; the door stays as it is.");
                if (options.DoorOpenMs <= 0) return No(CommandRefusals.Unavailable, "This terminal has no door (Door:OpenMs is 0).");
                return acts.HasController() ? null : No(CommandRefusals.Unavailable, "The controller is not connected, so the door cannot be released.");
            case CommandKinds.Reboot:
                if (body.Arguments.GetValueOrDefault("what") is not (null or "agent" or "board")) return No(CommandRefusals.Malformed, "reboot takes what=agent or what=board.");
                bool board = body.Arguments.GetValueOrDefault("what") == "board";
                return options.Reboot == RebootRight.Off || (board && options.Reboot != RebootRight.Board) ? No(CommandRefusals.NotAllowed, $"This terminal does not let the bridge start {(board ? "its board" : "its agent")} again (Commands:Reboot).") : null;
            case CommandKinds.Identify:
                return acts.HasController() ? null : No(CommandRefusals.Unavailable, "The controller is not connected, so nothing can be shown.");
            case CommandKinds.CollectLog or CommandKinds.RefreshRoster:
                return null;
            case CommandKinds.Update:
                return body.Arguments.GetValueOrDefault("what") is null or "retry" ? null : No(CommandRefusals.Malformed, "update takes what=retry. Which version runs is the releases' plan, not a command.");
            default:
                return No(CommandRefusals.UnknownKind, $"This version does not know the command '{Short(body.Kind)}'.");
        }
    }

    // Null where the end is told by the next start.
    private async Task<CommandResult?> ActAsync(CommandBody body)
    {
        try
        {
            switch (body.Kind)
            {
                case CommandKinds.OpenDoor:
                    bool confirmed = await acts.OpenDoorAsync($"cmd-{body.Id:N}").ConfigureAwait(false);
                    acts.DoorEvent(confirmed ? "The door was released by a command of the bridge." : "The bridge commanded to release the door; the controller did not confirm.");
                    return confirmed ? Result(body.Id, CommandStates.Done, $"The controller has taken the order to release the door for {options.DoorOpenMs} ms.")
                        : Result(body.Id, CommandStates.Unsure, "The controller did not confirm within 10 s: whether the door was released is not known. It is not tried again.", CommandRefusals.Unconfirmed);
                case CommandKinds.Reboot when body.Arguments.GetValueOrDefault("what") == "board":
                    return acts.RestartBoard() is { } failed ? Result(body.Id, CommandStates.Refused, failed, CommandRefusals.Unavailable) : null;
                case CommandKinds.Reboot:
                    acts.Stop("the bridge's command");
                    return null;
                case CommandKinds.RefreshRoster:
                    acts.RefreshRoster();
                    return Result(body.Id, CommandStates.Done, "The whole roster was asked for.");
                case CommandKinds.Update:
                    acts.RetryUpdates();
                    return Result(body.Id, CommandStates.Done, "Versions that failed here are tried again where they are still wished.");
                case CommandKinds.Identify:
                    acts.Identify();
                    return Result(body.Id, CommandStates.Done, "The terminal's name was put on its screen.");
                default:
                    return Result(body.Id, CommandStates.Done, "The last lines of the log are attached, without persons.") with { Attachment = acts.CollectLog() };
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            return Result(body.Id, CommandStates.Unsure, $"It failed: {fault.Message}", CommandRefusals.Interrupted);
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        while (online())
        {
            IReadOnlyList<CommandResult> untold = book.Untold();
            if (untold.Count == 0) return;
            foreach (CommandResult one in untold)
            {
                if (!await SendAsync(one, cancellationToken).ConfigureAwait(false)) return;
                book.Confirmed(one);
            }
        }
    }

    private async Task<bool> SendAsync(CommandResult result, CancellationToken cancellationToken) =>
        online() && await publish(Topics.Result, ContractCodec.Write(result, ContractJson.Default.CommandResult), cancellationToken).ConfigureAwait(false);

    private CommandResult Result(Guid id, string state, string text, string? code = null) =>
        new() { Id = id, State = state, Code = code, Text = Shorten(text), At = Math.Max(0, clock.Read() is { Trusted: true } now ? now.AtMs : time.GetUtcNow().ToUnixTimeMilliseconds()) };

    private static string Short(string kind) => kind.Length <= 32 ? kind : kind[..32];

    private static string Shorten(string said)
    {
        string text = new([.. said.Select(c => char.IsControl(c) ? ' ' : c)]);
        return text.Length <= CommandRules.MaxText ? text : text[..(CommandRules.MaxText - 1)] + "…";
    }
}
