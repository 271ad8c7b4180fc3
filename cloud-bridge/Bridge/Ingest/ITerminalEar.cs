using Devices.Contract.Messages;

namespace Devices.Bridge.Ingest;

/// <summary>A part behind ingest that takes messages of its own topics and learns which sessions there are.</summary>
public interface ITerminalEar
{
    /// <summary>Whether publishes on this leaf are its business.</summary>
    bool Takes(string leaf);

    /// <summary>Whether this sender may send this at all, whoever takes it: null where it may. Asked for every message: keep it short.</summary>
    Task<Reply?> JudgeAsync(UpMessage message, CancellationToken cancellationToken) => Task.FromResult<Reply?>(null);

    /// <summary>Takes one; returns when what it accepted is durable.</summary>
    Task<Reply> TakeAsync(UpMessage message, CancellationToken cancellationToken);

    /// <summary>A terminal has said hello, and that is stored; <see cref="TerminalSession.Ended"/> says when it is gone. Keep it short.</summary>
    void Greeted(TerminalSession session, HelloMessage hello);

    /// <summary>Adds what the bridge wants the terminal to have.</summary>
    StateMessage Want(string terminal, StateMessage state);
}
