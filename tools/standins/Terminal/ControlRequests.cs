namespace Devices.Standins.Terminal;

/// <summary>Body of POST /card.</summary>
public sealed record CardRequest(string? Uid);

/// <summary>Body of POST /key.</summary>
public sealed record KeyRequest(string? Key);

/// <summary>Body of POST /presence.</summary>
public sealed record PresenceRequest(bool Present);

/// <summary>Body of POST /keypad.</summary>
public sealed record KeypadRequest(string? Keys);

/// <summary>Body of POST /door.</summary>
public sealed record DoorRequest(bool Open);

/// <summary>Body of POST /tamper.</summary>
public sealed record TamperRequest(bool Open);

/// <summary>Body of POST /power.</summary>
public sealed record PowerRequest(string? Action);
