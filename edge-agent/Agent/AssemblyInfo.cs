using System.Runtime.Versioning;

// A terminal is a Linux board: V4L2, systemd, Unix sockets and file modes.
[assembly: SupportedOSPlatform("linux")]
