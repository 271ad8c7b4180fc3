namespace Devices.Bridge.Store.Sql;

/// <summary>The writer's connection. It may be lost and made again; then it must tell whether a commit without an answer had arrived.</summary>
internal abstract class WriterLink
{
    /// <summary>The connection; only while <see cref="Ready"/> has said true since it was lost.</summary>
    public abstract SqlSession Session { get; }

    /// <summary>Whether there is a connection; makes a new one where it was lost, not oftener than is good for the server.</summary>
    public virtual bool Ready() => true;

    /// <summary>A sentence for what is refused meanwhile.</summary>
    public virtual string Why => "The store cannot commit now.";

    /// <summary>Called inside a transaction, last: leaves what <see cref="Arrived"/> looks for.</summary>
    public virtual void Mark(long group) { }

    /// <summary>Whether the commit of that group arrived; asked on a new connection, when the old one can no longer do anything.</summary>
    public virtual bool Arrived(long group) => false;

    /// <summary>After a commit, when everybody who waited for it has been told.</summary>
    public virtual void Committed() { }

    /// <summary>After a group was undone because the database did not take it, the connection being whole.</summary>
    public virtual void Refused(Exception fault) { }

    /// <summary>The connection is of no use any more.</summary>
    public virtual void Lose(Exception fault) { }

    /// <summary>After the last commit.</summary>
    public abstract void End();
}
