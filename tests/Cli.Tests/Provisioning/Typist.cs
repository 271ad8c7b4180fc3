using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Devices.Cli.Tests.Support;
using Devices.Standins.EspRom;

namespace Devices.Cli.Tests.Provisioning;

/// <summary>A person at a terminal window: <c>devices</c> runs on a pseudo-terminal, its questions are read and answered by key.</summary>
internal sealed partial class Typist : IDisposable
{
    private readonly PseudoTerminal _terminal = new();
    private readonly StringBuilder _shown = new();
    private readonly Process _process;
    private int _read;

    public Typist(TempFolder folder, params string[] arguments)
    {
        _terminal.Received = Show;
        _terminal.Start();
        // A window has a size; and the program inherits nothing but the line.
        string command = $"stty cols 200 rows 60 <{_terminal.Path}; exec \"$0\" \"$@\" <{_terminal.Path} >{_terminal.Path} 2>&1";
        var start = new ProcessStartInfo("sh") { WorkingDirectory = folder.Path };
        foreach (string one in (string[])["-c", command, BuiltProgram.Devices, .. arguments]) start.ArgumentList.Add(one);
        start.Environment["TERM"] = "xterm";
        start.Environment["NO_COLOR"] = "1";
        _process = Process.Start(start)!;
    }

    /// <summary>Everything shown so far, without what moves the cursor.</summary>
    public string Shown
    {
        get { lock (_shown) return Moves().Replace(_shown.ToString(), ""); }
    }

    /// <summary>Waits for a question, then types.</summary>
    public async Task AnswerAsync(string question, string answer)
    {
        await SeesAsync(question);
        _terminal.Write(Encoding.UTF8.GetBytes(answer + "\r"));
    }

    /// <summary>Waits until this is shown, after what was waited for before.</summary>
    public async Task SeesAsync(string text)
    {
        for (DateTime until = DateTime.UtcNow.AddSeconds(90); ; await Task.Delay(20, TestContext.Current.CancellationToken))
        {
            string shown = Shown;
            int at = shown.IndexOf(text, Math.Min(_read, shown.Length), StringComparison.Ordinal);
            if (at >= 0)
            {
                _read = at + text.Length;
                return;
            }

            if (_process.HasExited || DateTime.UtcNow > until) throw new InvalidOperationException($"'{text}' was not shown.\n{shown}");
        }
    }

    /// <summary>Ctrl-C.</summary>
    public async Task StopAsync()
    {
        using Process kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The exit code.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _terminal.Dispose();
    }

    private void Show(byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        // A window that is asked where its cursor is answers.
        if (text.Contains("\e[6n", StringComparison.Ordinal)) _terminal.Write("\e[1;1R"u8.ToArray());
        lock (_shown) _shown.Append(text);
    }

    [GeneratedRegex("\e\\[[0-9;?]*[A-Za-z]|\e[=>]|\r")]
    private static partial Regex Moves();
}
