namespace Devices.Up;

/// <summary>Where things lie: the repository, the built programs, the installed faces and models, this run's files.</summary>
internal sealed class Layout : IDisposable
{
    private readonly FileStream _lock;

    private Layout(string root, string data, FileStream held)
    {
        Root = root;
        Data = data;
        _lock = held;
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

    /// <summary>Empties and makes this run's folders. Refuses a folder with anything in it that is not an earlier run's, or that another run is using.</summary>
    public static Layout Prepare(string root, string data)
    {
        // A Unix socket's path has 108 bytes at most; the agent's lies below this folder.
        if (Path.Combine(data, "terminal", "agent.sock").Length > 100) throw new UpFault($"{data} is too long a path for the agent's socket. Name a shorter folder with --data.");
        string mark = Path.Combine(data, ".devices-up");
        if (Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Any() && !File.Exists(mark))
            throw new UpFault($"{data} holds files that tools/up did not make. Name an empty folder with --data.");
        CreatePrivate(data);
        FileStream held = Hold(mark, data);
        foreach (string file in Directory.EnumerateFiles(data).Where(f => f != mark)) File.Delete(file);
        foreach (string folder in Directory.EnumerateDirectories(data)) Directory.Delete(folder, recursive: true);
        var layout = new Layout(root, data, held);
        foreach (string folder in (string[])[layout.Logs, layout.Terminal, layout.Bridge, layout.DingTalk, layout.Mcu, layout.People, layout.Probes]) CreatePrivate(folder);
        return layout;
    }

    /// <summary>Lets another run have the folder; the system does so too when this process dies.</summary>
    public void Dispose() => _lock.Dispose();

    private static void CreatePrivate(string folder) =>
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private static FileStream Hold(string mark, string data)
    {
        try
        {
            // On Unix an exclusive share is an advisory lock, which falls with the process.
            var held = new FileStream(mark, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            held.SetLength(0);
            held.Write("Made by tools/up; emptied when it starts again.\n"u8);
            held.Flush();
            return held;
        }
        catch (IOException)
        {
            throw new UpFault($"another tools/up is running in {data}. Stop it, or name another folder with --data.");
        }
    }
}
