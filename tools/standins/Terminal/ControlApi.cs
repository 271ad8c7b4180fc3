using System.Diagnostics;
using Devices.Link;
using Devices.Terminal.Parts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Devices.Standins.Terminal;

/// <summary>HTTP on loopback with which a test or a person works the stand-in's hardware.</summary>
public static class ControlApi
{
    /// <summary>Builds the server; start it, then read its address.</summary>
    public static WebApplication Build(TerminalMachine machine, StandinOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => 
        {
            if (options.ControlSocket.Length > 0)
            {
                File.Delete(options.ControlSocket);
                kestrel.ListenUnixSocket(options.ControlSocket);
            }
            else
            {
                kestrel.Listen(System.Net.IPAddress.Loopback, options.ControlPort);
            }
        });
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        WebApplication app = builder.Build();
        app.Use(async (HttpContext context, RequestDelegate next) =>
        {
            try
            {
                await next(context);
            }
            catch (BadHttpRequestException e)
            {
                await Bad("The request has to carry a JSON body of the kind the path asks for: " + e.Message).ExecuteAsync(context);
            }
        });
        app.MapPost("/card", (CardRequest request) =>
        {
            string uid = (request.Uid ?? "").ToUpperInvariant();
            if (!LinkRules.IsUid(uid))
            {
                return Bad("'uid' has to be 4 to 10 bytes as hex, for example 04A1B2C3.");
            }

            machine.Reader.Hold(uid);
            return Results.Accepted();
        });
        app.MapPost("/key", (KeyRequest request) =>
        {
            KeyPress key = request.Key switch { "in" => KeyPress.In, "out" => KeyPress.Out, "exit" => KeyPress.Exit, _ => KeyPress.None };
            if (key == KeyPress.None)
            {
                return Bad("'key' has to be in, out or exit.");
            }

            machine.Keys.Press(key);
            return Results.Accepted();
        });
        app.MapPost("/presence", (PresenceRequest request) =>
        {
            machine.Switches.SetPresent(request.Present);
            return Results.Accepted();
        });
        app.MapPost("/tamper", (TamperRequest request) =>
        {
            machine.Switches.SetOpen(request.Open);
            return Results.Accepted();
        });
        app.MapPost("/keypad", (KeypadRequest request) =>
        {
            if (request.Keys is not { Length: > 0 and <= 64 } keys || keys.Any(c => !char.IsAsciiDigit(c) && c is not ('*' or '#')))
            {
                return Bad("'keys' has to be 1 to 64 of 0 to 9, * and #.");
            }

            machine.Keypad.Type(keys);
            return Results.Accepted();
        });
        app.MapPost("/door", (DoorRequest request) =>
        {
            machine.Door.SetOpen(request.Open);
            return Results.Accepted();
        });
        app.MapGet("/", () => Results.Stream(typeof(ControlApi).Assembly.GetManifestResourceStream("page.html")!, "text/html; charset=utf-8"));
        app.MapGet("/look", (int panel, int tone) => Look(machine, panel, tone));
        app.MapGet("/screen", () => Screen(machine));
        app.MapGet("/state", () => State(machine));
        app.MapPost("/power", async (PowerRequest request, HttpContext context) =>
        {
            if (request.Action != "cut")
            {
                await Bad("'action' has to be cut.").ExecuteAsync(context);
                return;
            }

            // The firmware stands still from this moment; the process is killed, with nothing flushed, once the answer had time to leave.
            machine.Freeze();
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            await context.Response.CompleteAsync();
            await Task.Delay(50, CancellationToken.None);
            Process.GetCurrentProcess().Kill();
        });
        return app;
    }

    private static IResult Bad(string sentence) => Results.Json(new { error = sentence }, statusCode: StatusCodes.Status400BadRequest);

    private static IResult Screen(TerminalMachine machine)
    {
        (string screen, string[] lines, int draws) = machine.Screen.Look();
        return Results.Json(new
        {
            screen,
            lines,
            draws,
            buzzer = new { tones = machine.Buzzer.Tones, hertz = machine.Buzzer.Hertz },
            relay = new { open = machine.Relay.IsOpen, pulses = machine.Relay.Pulses },
        });
    }

    // What the page asks for ten times a second: the panel's memory only where it changed.
    private static IResult Look(TerminalMachine machine, int panel, int tone)
    {
        (byte[] pixels, int version) = machine.Panel.Look();
        return Results.Json(new
        {
            version,
            width = machine.Panel.Width,
            height = machine.Panel.Height,
            pixels = version == panel ? null : Convert.ToBase64String(pixels),
            light = $"#{machine.Led.Rgb:x6}",
            tones = machine.Buzzer.Since(tone).Select(t => new { n = t.N, hertz = t.Hertz, at = t.At }),
            relay = machine.Relay.IsOpen,
            pulses = machine.Relay.Pulses,
            connected = machine.Loop.IsConnected,
            queue = machine.Loop.QueueDepth,
            events = machine.Loop.EventDepth,
        });
    }

    private static IResult State(TerminalMachine machine) => Results.Json(new
    {
        terminal = machine.Options.Terminal,
        boot = machine.Loop.Boot,
        queue = machine.Loop.QueueDepth,
        taken = machine.Loop.Taken,
        events = machine.Loop.EventDepth,
        connected = machine.Loop.IsConnected,
        silence_ms = machine.Loop.LastSilenceMs,
        connections = machine.Loop.Connections,
        uptime_ms = machine.UptimeMs,
        bad_messages = machine.Loop.BadMessages,
    });
}
