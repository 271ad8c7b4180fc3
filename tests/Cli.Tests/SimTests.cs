using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Devices.Cli.App;
using Devices.Cli.Sim;
using Devices.Cli.Tests.Support;
using Devices.Link;

namespace Devices.Cli.Tests;

/// <summary>The simulator as a person starts it, and the font's tool.</summary>
public sealed class SimTests : IDisposable
{
    // As built for itself: the copy beside these tests lacks what their own framework brings.
    private static readonly string DevicesProgram = BuiltProgram.PathOf("Devices.Cli", "devices");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_page_shows_the_firmwares_own_screen_and_a_card_held_to_it_is_thanked()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        using Process process = BuiltProgram.Start(DevicesProgram, _folder.Path, "sim", "--port", "0", "--language", "en", "--json");
        try
        {
            string json = "";
            while (!json.Contains('}', StringComparison.Ordinal)) json += await process.StandardOutput.ReadLineAsync(cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), cancel) ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(cancel));
            using HttpClient http = new() { BaseAddress = new(JsonDocument.Parse(json).RootElement.GetProperty("address").GetString()!) };
            (await http.GetStringAsync("/", cancel)).ShouldContain("<canvas");
            JsonElement first = await Until(http, look => look.GetProperty("connected").GetBoolean());
            string before = first.GetProperty("pixels").GetString()!;
            before.Length.ShouldBe(240 * 240 * 2 / 3 * 4);
            (await http.PostAsJsonAsync("/card", new { uid = "04A1B2C4" }, cancel)).EnsureSuccessStatusCode();
            JsonElement thanked = await Until(http, look => look.GetProperty("light").GetString() == "#00a000" && look.GetProperty("pixels").GetString() != before);
            thanked.GetProperty("tones").GetArrayLength().ShouldBeGreaterThan(0);
            thanked.GetProperty("queue").GetInt32().ShouldBe(0);
            (await http.GetFromJsonAsync<JsonElement>("/screen", cancel)).GetProperty("lines").EnumerateArray().Select(l => l.GetString()).ShouldContain("Grace Hopper");
            using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync(cancel).WaitAsync(TimeSpan.FromSeconds(60), cancel);
            process.ExitCode.ShouldBe(0);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    [Theory]
    [InlineData("--language", "fr")]
    [InlineData("--broker", "nowhere")]
    [InlineData("--terminal", "UPPER")]
    [InlineData("--port", "70000")]
    public async Task An_option_that_will_not_do_gets_a_sentence(string option, string value) =>
        (await BuiltProgram.RunAsync(DevicesProgram, _folder.Path, "sim", option, value)).ShouldRefuse(ExitCodes.Usage, value);

    [Fact]
    public async Task A_broker_needs_a_password_file_that_is_there()
    {
        (await BuiltProgram.RunAsync(DevicesProgram, _folder.Path, "sim", "--broker", "127.0.0.1:1")).ShouldRefuse(ExitCodes.AnswerMissing, "--password-file");
        (await BuiltProgram.RunAsync(DevicesProgram, _folder.Path, "sim", "--broker", "127.0.0.1:1", "--password-file", "nowhere")).ShouldRefuse(ExitCodes.AnswerMissing, "nowhere");
    }

    [Fact]
    public async Task A_font_that_cannot_be_drawn_from_gets_a_sentence()
    {
        (await BuiltProgram.RunAsync(DevicesProgram, _folder.Path, "font", "--from", "nowhere.ttc")).ShouldRefuse(ExitCodes.FontRefused, "nowhere.ttc");
        await File.WriteAllTextAsync(_folder["no.ttc"], "no font", TestContext.Current.CancellationToken);
        (await BuiltProgram.RunAsync(DevicesProgram, _folder.Path, "font", "--from", "no.ttc")).ShouldRefuse(ExitCodes.FontRefused, "no.ttc");
        (await BuiltProgram.RunAsync(DevicesProgram, _folder.Path, "font", "--height", "7")).ShouldRefuse(ExitCodes.Usage);
    }

    [Fact]
    public void The_played_board_takes_an_entry_once_and_refuses_whom_it_does_not_know()
    {
        PlayedBoard board = new("m2-001", TimeProvider.System);
        board.Begin();
        for (int i = 0; i < 2; i++) board.Publish("m/m2-001/card", new CardMessage { Id = "x-1", Uid = "04A1B2C3", Boot = "b" }.Write(), true, false).ShouldBeTrue();
        board.Publish("m/m2-001/pin", new PinMessage { Id = "x-2", Person = PlayedBoard.Number, Pin = "0000", Boot = "b" }.Write(), true, false);
        List<ConfirmMessage> answers = [];
        while (board.Receive() is { } packet)
        {
            ConfirmMessage.TryParse(packet.Payload, out ConfirmMessage? answer, out _).ShouldBeTrue();
            answers.Add(answer!);
        }

        answers.Select(a => (a.Id, a.Result, a.Seq)).ShouldBe([("x-1", ConfirmResult.Accepted, 1L), ("x-1", ConfirmResult.Accepted, 1L), ("x-2", ConfirmResult.Refused, 0L)]);
    }

    private static async Task<JsonElement> Until(HttpClient http, Func<JsonElement, bool> holds)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            JsonElement look = await http.GetFromJsonAsync<JsonElement>("/look?panel=-1&tone=-1", TestContext.Current.CancellationToken);
            if (holds(look)) return look;
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(60), look.GetProperty("light").GetString()!);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
