using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Store.Sqlite;
using Devices.Bridge.Tests.Kit;

namespace Devices.Bridge.Tests.Fleet;

public sealed class ProgramTests
{
    [Fact]
    public async Task A_taken_port_gives_one_sentence_exit_code_2_and_no_stack_trace()
    {
        using TempDirectory directory = new();
        using TcpListener holder = new(IPAddress.Loopback, 0);
        holder.Start();
        int port = ((IPEndPoint)holder.LocalEndpoint).Port;
        foreach (string setting in new[] { $"--Bridge:Mqtt:Port={port}", $"--Bridge:Https:Port={port}", $"--Bridge:Http:Url=http://127.0.0.1:{port}" })
        {
            List<string> args = [$"--Bridge:Data={directory.File("data")}", "--Bridge:Mqtt:Bind=127.0.0.1", "--Bridge:Https:Bind=127.0.0.1", "--Bridge:Platform:Kind=none", setting];
            if (!setting.Contains("Mqtt", StringComparison.Ordinal)) args.Add("--Bridge:Mqtt:Port=0");
            if (!setting.Contains("Https", StringComparison.Ordinal)) args.Add("--Bridge:Https:Port=0");
            if (!setting.Contains("Http:", StringComparison.Ordinal)) args.Add("--Bridge:Http:Url=http://127.0.0.1:0");
            (int code, string output, string errors) = await BridgeProcess.RunAsync([.. args]);
            code.ShouldBe(2, errors);
            output.ShouldNotContain("bridge ready");
            errors.Trim().ShouldStartWith($"Port {port} ");
            errors.ShouldContain("is taken by another program");
            errors.Trim().Split('\n').Length.ShouldBe(1, errors);
        }
    }

    [Fact]
    public async Task Claims_and_passwords_are_made_beside_a_running_bridge()
    {
        using TempDirectory directory = new();
        string data = directory.File("data");
        using BridgeProcess bridge = await BridgeProcess.StartAsync(data);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(data).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        (int code, string text, string errors) = await BridgeProcess.RunAsync("claim", "--data", data, "--terminal", "m2-001", "--hours=2");
        code.ShouldBe(0, errors);
        text.ShouldContain("Claim for terminal m2-001, to be used once until ");
        string claim = text.Split('\n')[1];
        Enrolled enrolled = await Enrolled.EnrolAsync(bridge.Https, "m2-001", claim);
        await using (TestTerminal terminal = await TestTerminal.ConnectAsync(enrolled, bridge.Mqtt)) terminal.Client.IsConnected.ShouldBeTrue();

        JsonElement json = JsonDocument.Parse((await BridgeProcess.RunAsync("claim", "--data", data, "--json")).Output).RootElement;
        json.GetProperty("claim").GetString().ShouldBe($"{json.GetProperty("code").GetString()}@{json.GetProperty("root_sha256").GetString()}");
        json.GetProperty("root_sha256").GetString().ShouldBe(claim.Split('@')[1]);

        (int done, string password, _) = await BridgeProcess.RunAsync("password", "--data", data, "--user", "hr");
        done.ShouldBe(0);
        password.ShouldStartWith("HR one-time password: ");
        await using (SqliteDatabase database = SqliteDatabase.Open(Path.Combine(data, "bridge.db")))
        {
            Devices.Bridge.Store.Account account = (await new SqlAccountStore(database, TimeProvider.System).FindAccountAsync("hr"))!;
            account.MustChange.ShouldBeTrue();
            Devices.Bridge.Fleet.Passwords.Verify(account.PasswordHash, password["HR one-time password: ".Length..].Trim()).ShouldBeTrue();
            Devices.Bridge.Fleet.Passwords.Verify(account.PasswordHash, bridge.Output[0]["HR one-time password: ".Length..].Trim()).ShouldBeFalse("the first one has ended");
        }

        using HttpClient http = new();
        using HttpResponseMessage health = await http.GetAsync(new Uri($"{bridge.Http}/healthz"), TestContext.Current.CancellationToken);
        health.StatusCode.ShouldBe(HttpStatusCode.OK);
        JsonDocument.Parse(await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("status").GetString().ShouldBe("ok");

        (int second, _, string twice) = await BridgeProcess.RunAsync($"--Bridge:Data={data}", "--Bridge:Mqtt:Port=0", "--Bridge:Https:Port=0", "--Bridge:Http:Url=http://127.0.0.1:0");
        second.ShouldBe(2);
        twice.ShouldContain("Another bridge serves");
        (await bridge.StopAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("There is no subcommand 'serve'", "serve")]
    [InlineData("Say which bridge: --data DIR", "claim")]
    [InlineData("is not a bridge's data directory", "claim", "--data", "DIR")]
    [InlineData("claim has no flag --hour", "claim", "--hour", "3")]
    [InlineData("--terminal needs a value", "claim", "--terminal")]
    [InlineData("is no terminal name", "claim", "--data", "DIR", "--terminal", "M2 001")]
    [InlineData("must be a whole number from 1 to 720", "claim", "--data", "DIR", "--hours", "0")]
    [InlineData("Say whose password", "password", "--data", "DIR")]
    [InlineData("a port is 0 to 65535", "--Bridge:Mqtt:Port=70000")]
    [InlineData("Failed to convert configuration value", "--Bridge:Mqtt:Port=many")]
    [InlineData("give something like http://127.0.0.1:5080", "--Bridge:Http:Url=ftp://x")]
    [InlineData("give an IANA zone", "--Bridge:Site:TimeZone=Mars/Olympus")]
    [InlineData("neither a DNS name nor an IP address", "--Bridge:Names=a b")]
    [InlineData("does not exist: check --config", "--config", "/nowhere.json")]
    [InlineData("does not exist: check --config", "--config", "DIR")]
    [InlineData("There is no setting Bridge:Mqtt:Prot: below Bridge:Mqtt there are Port, Bind", "--Bridge:Mqtt:Prot=1")]
    [InlineData("There is no setting Bridge:Plattform: below Bridge there are Data, Names", "--Bridge:Plattform:Kind=dingtalk")]
    [InlineData("There is no setting Bridge:Platform:Secret", "--Bridge:Platform:Secret=x")]
    [InlineData("There is no setting Bridge:Web:PageSizes", "--Bridge:Web:PageSizes=5")]
    [InlineData("is not known: use dingtalk or none", "--Bridge:Platform:Kind=feishu")]
    [InlineData("Bridge:Platform:AppKey is missing", "--Bridge:Platform:Kind=dingtalk")]
    [InlineData("Bridge:Platform:AppSecretFile is missing", "--Bridge:Platform:Kind=dingtalk", "--Bridge:Platform:AppKey=k")]
    [InlineData("is not an http or https address", "--Bridge:Platform:Kind=dingtalk", "--Bridge:Platform:OapiUrl=ftp://x")]
    [InlineData("Failed to convert configuration value 'many' at 'Bridge:Platform:Workers'", "--Bridge:Platform:Workers=many")]
    [InlineData("Workers must be from 1 to 64", "--Bridge:Platform:Workers=0")]
    [InlineData("SettleSeconds must be from 0 to 3600", "--Bridge:Platform:SettleSeconds=NaN")]
    [InlineData("PageSize must be from 1 to 500", "--Bridge:Web:PageSize=0")]
    [InlineData("Failed to convert configuration value 'many' at 'Bridge:Web:PageSize'", "--Bridge:Web:PageSize=many")]
    [InlineData("Bind is 'nowhere'", "--Bridge:Mqtt:Bind=nowhere")]
    [InlineData("Bind is 'nowhere'", "--Bridge:Https:Bind=nowhere")]
    [InlineData("give something like http://127.0.0.1:5080", "--Bridge:Http:Url=http://127.0.0.1:99999")]
    [InlineData("MaxKeepAliveSeconds must be 1 to 65535", "--Bridge:Mqtt:MaxKeepAliveSeconds=0")]
    public async Task Bad_input_gives_one_sentence_and_exit_code_2(string says, params string[] args)
    {
        using TempDirectory directory = new();
        using StringWriter output = new(), errors = new();
        int code = await BridgeProgram.RunAsync([.. args.Select(one => one == "DIR" ? directory.Path : one)], output, errors);
        code.ShouldBe(2);
        errors.ToString().ShouldContain(says);
        errors.ToString().Trim().Split('\n').Length.ShouldBe(1);
        Directory.EnumerateFileSystemEntries(directory.Path).ShouldBeEmpty("nothing is made by a mistyped command");
    }

    [Theory]
    [InlineData("{\"Bridge\": {\"Mqtt\": {\"Port\": 8883,}}", "is not JSON")]
    [InlineData("", "is not JSON")]
    [InlineData("{\"Bridge\": {\"Mqtt\": {\"Ports\": [1]}}}", "There is no setting Bridge:Mqtt:Ports")]
    [InlineData("{\"Bridge\": {\"Names\": [\"a b\"]}}", "neither a DNS name nor an IP address")]
    public async Task A_settings_file_that_cannot_be_used_gives_one_sentence_and_exit_code_2(string text, string says)
    {
        using TempDirectory directory = new();
        await File.WriteAllTextAsync(directory.File("settings.json"), text, TestContext.Current.CancellationToken);
        using StringWriter output = new(), errors = new();
        (await BridgeProgram.RunAsync(["--config", directory.File("settings.json"), $"--Bridge:Data={directory.File("data")}"], output, errors)).ShouldBe(2);
        errors.ToString().ShouldContain(says);
        errors.ToString().Trim().Split('\n').Length.ShouldBe(1, errors.ToString());
        Directory.Exists(directory.File("data")).ShouldBeFalse();
    }

    [Fact]
    public async Task Data_that_cannot_be_used_gives_one_sentence_and_exit_code_2()
    {
        using TempDirectory directory = new();
        await File.WriteAllTextAsync(directory.File("file"), "x", TestContext.Current.CancellationToken);
        await RefusedAsync(directory.File("file"), "cannot be made or belongs to another user");
        Directory.CreateDirectory(directory.File("half/ca"));
        await File.WriteAllTextAsync(directory.File("half/bridge.db"), new string('x', 5000), TestContext.Current.CancellationToken);
        await RefusedAsync(directory.File("half"), "is not a SQLite database");

        static async Task RefusedAsync(string data, string says)
        {
            using StringWriter output = new(), errors = new();
            (await BridgeProgram.RunAsync([$"--Bridge:Data={data}", "--Bridge:Mqtt:Port=0", "--Bridge:Https:Port=0", "--Bridge:Http:Url=http://127.0.0.1:0"], output, errors)).ShouldBe(2);
            errors.ToString().ShouldContain(says);
            errors.ToString().Trim().Split('\n').Length.ShouldBe(1, errors.ToString());
            output.ToString().ShouldNotContain("ready");
        }
    }
}
