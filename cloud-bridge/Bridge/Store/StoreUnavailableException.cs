namespace Devices.Bridge.Store;

/// <summary>The store could not commit (disk full, locked, closing). Nothing of the request was stored.</summary>
public sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException() : this("The store cannot commit now.") { }
    public StoreUnavailableException(string message) : base(message) { }
    public StoreUnavailableException(string message, Exception inner) : base(message, inner) { }
}
