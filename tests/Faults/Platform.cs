// Namespaces, signals, TUN devices: this program drives a Debian machine and runs nowhere else.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
