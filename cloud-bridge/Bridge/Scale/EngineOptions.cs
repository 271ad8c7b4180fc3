using System.Net;

namespace Devices.Bridge.Scale;

/// <summary>Settings below <c>Bridge:Engine</c>: what stands between ingest nodes and writers.</summary>
public sealed record EngineOptions
{
    /// <summary>No engine: each ingest node commits by itself.</summary>
    public const string Store = "store";

    /// <summary>NATS JetStream.</summary>
    public const string Nats = "nats";

    public string Kind { get; set; } = Store;

    /// <summary>Servers by commas: <c>nats://host:4222</c>.</summary>
    public string Url { get; set; } = "";

    public string User { get; set; } = "";

    /// <summary>File of mode 0600 with the user's password.</summary>
    public string PasswordFile { get; set; } = "";

    /// <summary>File with the roots that the servers' certificates are of; where given, every connection is TLS.</summary>
    public string CaFile { get; set; } = "";

    /// <summary>Name of the stream, and first word of its subjects.</summary>
    public string Stream { get; set; } = "devices";

    /// <summary>Copies of the stream: 3 on a cluster, 1 on one server.</summary>
    public int Replicas { get; set; } = 3;

    /// <summary>Into how many parts terminals are divided. A part belongs to one writer at a time, so there may be as many writers as parts.</summary>
    public int Parts { get; set; } = 8;

    /// <summary>Most bytes the stream may hold, in MiB; beyond it terminals are asked to wait.</summary>
    public int MaxMiB { get; set; } = 1024;

    internal IReadOnlyList<string> Servers => Url.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    internal string InSubject(int part) => $"{Stream}.in.{part}";

    internal string AnswerSubject(string node) => $"{Stream}.answer.{node}";

    /// <summary>The part of a terminal: FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), the same in every process.</summary>
    internal int PartOf(string terminal)
    {
        uint hash = 2166136261;
        foreach (char letter in terminal) hash = (hash ^ letter) * 16777619;
        return (int)(hash % (uint)Parts);
    }

    /// <summary>One sentence where it cannot work in this role, or null.</summary>
    public string? Check(string role)
    {
        if (Kind is not (Store or Nats)) return $"Bridge:Engine:Kind is '{Kind}': it is store or nats.";
        if (role == BridgeRoles.Writer && Kind == Store) return "Bridge:Role is writer, and with Bridge:Engine:Kind=store there is nothing to take from: ingest nodes commit by themselves. Set it to nats, or run no writers.";
        if (role == BridgeRoles.All) return Kind == Store ? null : "Bridge:Engine:Kind is nats, and Bridge:Role is all: one bridge alone needs no engine. Give the role (ingest, writer, web), or set it to store.";
        if (Kind == Store) return null;
        if (Servers.Count == 0) return "Bridge:Engine:Url is empty: give the NATS servers, such as nats://10.0.0.1:4222,nats://10.0.0.2:4222.";
        foreach (string server in Servers)
        {
            if (!Uri.TryCreate(server, UriKind.Absolute, out Uri? uri) || uri.Scheme != "nats" || uri.UserInfo.Length > 0)
                return $"Bridge:Engine:Url holds '{(server.Contains('@', StringComparison.Ordinal) ? "an address with a password" : server)}': give addresses such as nats://10.0.0.1:4222; user and password are Bridge:Engine:User and PasswordFile.";
            if (CaFile.Length == 0 && !(uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address))))
                return $"Bridge:Engine:Url leads to {uri.Host}, over a network, without TLS: whose punch it is would be readable. Set Bridge:Engine:CaFile to the roots of the servers' certificates.";
        }
        if (User.Length > 0 != PasswordFile.Length > 0) return "Bridge:Engine:User and Bridge:Engine:PasswordFile go together: give both or neither.";
        if (Stream.Length is 0 or > 32 || !Stream.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return $"Bridge:Engine:Stream is '{Stream}': it is 1 to 32 letters, digits, '-' and '_'.";
        if (Replicas is not (1 or 3 or 5)) return $"Bridge:Engine:Replicas is {Replicas}: it is 1, 3 or 5.";
        if (Parts is < 1 or > 256) return $"Bridge:Engine:Parts is {Parts}: it is 1 to 256.";
        return MaxMiB is < 1 or > 1_048_576 ? $"Bridge:Engine:MaxMiB is {MaxMiB}: it is 1 to 1048576." : null;
    }
}
