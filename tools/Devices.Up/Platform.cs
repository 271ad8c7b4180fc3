// Signals, file modes and Unix sockets: this program sets up a Debian machine and runs nowhere else.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
