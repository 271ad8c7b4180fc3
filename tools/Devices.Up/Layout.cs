namespace Devices.Up;

/// <summary>Where things lie: the repository, the built programs, the installed faces and models, this run's files.</summary>
internal sealed class Layout
{
    private Layout(string root, string data)
    {
        Root = root;
        Data = data;
    }

    public string Root { get; }
    public string Data { get; }
    public string Faces => Path.Combine(Root, ".cache", "faces");
    public string Models => Path.Combine(Root, ".cache", "models");
    public string Logs => Path.Combine(Data, "logs");
    public string Terminal => Path.Combine(Data, "terminal");
    public string Bridge => Path.Combine(Data, "bridge");
    public string DingTalk => Path.Combine(Data, "dingtalk");
    public string Mcu => Path.Combine(Data, "mcu");
    public string People => Path.Combine(Data, "people");
    public string Probes => Path.Combine(Data, "probes");
    public string LedgerFile => Path.Combine(Terminal, "ledger.db");
    public string BridgeStore => Path.Combine(Bridge, "bridge.db");
    public string AgentSocket => Path.Combine(Terminal, "agent.sock");

    /// <summary>A built program: <c>artifacts/bin/{project}/release/{name}</c>.</summary>
    public string Program(string project, string name) => Path.Combine(Root, "artifacts", "bin", project, "release", name);

    public string Log(string part) => Path.Combine(Logs, part + ".log");

    /// <summary>Finds the repository above this program.</summary>
    public static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Devices.sln"))) return at.FullName;
        throw new UpFault("Devices.sln is not above this program; run it by tools/up from a checkout.");
    }

    /// <summary>Empties and makes this run's folders. Refuses a folder with anything in it that is not an earlier run's.</summary>
    public static Layout Prepare(string root, string data)
    {
        string mark = Path.Combine(data, ".devices-up");
        if (Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Any())
        {
            if (!File.Exists(mark)) throw new UpFault($"{data} holds files that tools/up did not make. Name an empty folder with --data.");
            Directory.Delete(data, recursive: true);
        }
        // A Unix socket's path has 108 bytes at most; the agent's lies below this folder.
        if (Path.Combine(data, "terminal", "agent.sock").Length > 100) throw new UpFault($"{data} is too long a path for the agent's socket. Name a shorter folder with --data.");
        var layout = new Layout(root, data);
        foreach (string folder in (string[])[data, layout.Logs, layout.Terminal, layout.Bridge, layout.DingTalk, layout.Mcu, layout.People, layout.Probes])
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(mark, "Made by tools/up; emptied when it starts again.\n");
        return layout;
    }
}
