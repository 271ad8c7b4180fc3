namespace Devices.Up;

/// <summary>Something this run cannot go on without; the message is one sentence for the person at the screen.</summary>
internal sealed class UpFault(string sentence) : Exception(sentence);
