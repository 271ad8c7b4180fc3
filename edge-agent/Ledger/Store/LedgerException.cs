namespace Devices.Edge.Ledger.Store;

/// <summary>A ledger that cannot be used. <see cref="Exception.Message"/> is one sentence for a technician; nothing was deleted or changed.</summary>
public sealed class LedgerException : Exception
{
    public LedgerException(LedgerFault fault, string message, Exception? inner = null) : base(message, inner) => Fault = fault;

    public LedgerException() : this(LedgerFault.Io, "The ledger failed.")
    {
    }

    public LedgerException(string message) : this(LedgerFault.Io, message)
    {
    }

    public LedgerException(string message, Exception inner) : this(LedgerFault.Io, message, inner)
    {
    }

    public LedgerFault Fault { get; }
}

/// <summary>Why a ledger cannot be used.</summary>
public enum LedgerFault
{
    /// <summary>Reading or writing failed.</summary>
    Io,

    /// <summary>There is no such file.</summary>
    Missing,

    /// <summary>Another process writes it.</summary>
    InUse,

    /// <summary>The file is not a ledger.</summary>
    Foreign,

    /// <summary>It was made for another terminal.</summary>
    OtherTerminal,

    /// <summary>A newer version of the program made it.</summary>
    NewerSchema,

    /// <summary>Its contents do not hold together.</summary>
    Damaged,

    /// <summary>The disk is full.</summary>
    DiskFull,
}
