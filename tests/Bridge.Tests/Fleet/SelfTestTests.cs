using System.Net;
using Devices.Bridge.Store;
using Devices.Bridge.Store.Sql;
using Devices.Bridge.Tests.Api;
using Devices.Bridge.Tests.Kit;
using Devices.Contract.Messages;

namespace Devices.Bridge.Tests.Fleet;

/// <summary>What the bridge says of a technician's self-test: to whoever knows its id, for a day, and nothing else.</summary>
public sealed class SelfTestTests
{
    private const string Pattern = "/.well-known/devices/self-test/{terminal}/{id}";

    [Fact]
    public async Task A_self_test_is_told_to_who_knows_its_id_and_no_other_event_by_any_id()
    {
        OpenApiFile file = await OpenApiFile.LoadAsync();
        await using TestBridge bridge = await TestBridge.StartAsync();
        Guid id = Guid.NewGuid(), door = Guid.NewGuid(), old = Guid.NewGuid();
        await SaveAsync(id, "self-test");
        await SaveAsync(door, "door");
        await SaveAsync(old, "self-test");
        using (HttpClient http = new() { BaseAddress = new(bridge.Http) })
        {
            using HttpResponseMessage seen = await http.GetAsync($"/.well-known/devices/self-test/m2-001/{id}", TestContext.Current.CancellationToken);
            seen.StatusCode.ShouldBe(HttpStatusCode.OK);
            await file.CheckAsync(Pattern, HttpMethod.Get, seen);
            (await seen.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("\"at\":1764000000000");
            foreach (string path in (string[])[$"m2-001/{door}", $"m2-002/{id}", $"m2-001/{Guid.NewGuid()}", $"M2%20001/{id}"])
            {
                using HttpResponseMessage none = await http.GetAsync("/.well-known/devices/self-test/" + path, TestContext.Current.CancellationToken);
                none.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
                await file.CheckAsync(Pattern, HttpMethod.Get, none);
            }

            await bridge.Get<SqlDatabase>().WriteAsync(session => session.Execute("UPDATE events SET received_at = received_at - 86400001 WHERE id = @id", ("@id", old.ToString("D"))), TestContext.Current.CancellationToken);
            using HttpResponseMessage late = await http.GetAsync($"/.well-known/devices/self-test/m2-001/{old}", TestContext.Current.CancellationToken);
            late.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        Task SaveAsync(Guid one, string kind) => bridge.Get<ITerminalStore>().SaveEventAsync("m2-001",
            new EventMessage { Id = one.ToString("D"), Kind = kind, At = 1_764_000_000_000, Text = "Self-test by the technician. Nobody's attendance." }, TestContext.Current.CancellationToken);
    }
}
