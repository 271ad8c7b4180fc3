using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Agent.Photos;
using Devices.Edge.Agent.Secrets;
using Devices.Edge.Agent.Tests.Support;
using Devices.Edge.Vision.Match;
using Devices.Edge.Vision.Packs;
using Devices.Link;
using Devices.Tests.Tpm;

namespace Devices.Edge.Agent.Tests.Secrets;

/// <summary>The key of the face templates, sealed in a TPM (swtpm), in a file, and locked.</summary>
public sealed class TemplateKeyTests : IDisposable
{
    private static readonly PackRef Pack = new("pack-a", "1.0.0");
    private readonly Scratch _scratch = new();
    private readonly SoftTpm _tpm = SoftTpm.Start();

    private string File => _scratch["templates.key"];

    public void Dispose()
    {
        _tpm.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void A_new_key_is_sealed_from_the_first_moment_and_opened_by_that_TPM_only()
    {
        byte[] key;
        using (TemplateKey made = TemplateKey.Open(File, _tpm.Board))
        {
            (made.Place, made.IsLocked, made.Note).ShouldBe(("tpm", false, null));
            key = made.Key.ToArray();
        }

        System.IO.File.ReadAllText(File).ShouldStartWith("-----BEGIN TSS2 PRIVATE KEY-----");
        System.IO.File.GetUnixFileMode(File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(_scratch.Path).ShouldAllBe(one => !Contains(System.IO.File.ReadAllBytes(one), key));
        using (TemplateKey again = TemplateKey.Open(File, _tpm.Board)) again.Key.ToArray().ShouldBe(key);

        _tpm.Exchange();
        using TemplateKey locked = TemplateKey.Open(File, _tpm.Board);
        locked.IsLocked.ShouldBeTrue();
        locked.Locked.ShouldNotBeNull().ShouldContain("Cards and PINs work, punches are kept. If that TPM does not come back, move");
        Should.Throw<GalleryException>(() => _ = locked.Key);
    }

    [Fact]
    public void A_key_file_of_before_is_sealed_once_a_TPM_is_named_and_everything_under_it_opens_as_before()
    {
        FaceTemplate template = Template();
        byte[] photo = RandomNumberGenerator.GetBytes(500), sealedPhoto;
        using (TemplateVault vault = TemplateVault.Open(File))
        using (PeopleStore people = PeopleStore.Open(_scratch["gallery.db"], vault, TimeProvider.System))
        using (PhotoSeal seal = PhotoSeal.Open(File))
        {
            people.Put("e1", "Grace Hopper", ["04A1B2C3"], [template], Pack).ShouldBeNull();
            sealedPhoto = seal.Seal(photo, "1-x");
        }

        byte[] mark;
        using (TemplateVault vault = TemplateVault.Open(File)) mark = vault.MarkOf("04A1B2C3");
        // A TPM that happens to be there is left aside: an older version, gone back to, opens no sealed key.
        using (TemplateKey key = TemplateKey.Open(File, _tpm.Board)) key.Place.ShouldBe("file");
        using (TemplateKey key = TemplateKey.Open(File, _tpm.Board, sealExisting: true))
        {
            key.Note.ShouldNotBeNull().ShouldContain("sealed in the TPM");
            Same(key, template, sealedPhoto, photo, mark);
        }

        // Gone for a while: templates stay as they are, people and cards work, and card marks are the same.
        _tpm.Off();
        using (TemplateKey key = TemplateKey.Open(File, _tpm.Board))
        using (TemplateVault vault = TemplateVault.Open(key))
        using (PeopleStore people = PeopleStore.Open(_scratch["gallery.db"], vault, TimeProvider.System))
        using (PhotoSeal seal = PhotoSeal.Open(key))
        {
            (key.IsLocked, people.IsLocked, seal.IsLocked).ShouldBe((true, true, true));
            people.FindByCard("04A1B2C3").ShouldNotBeNull().Name.ShouldBe("Grace Hopper");
            people.Put("e2", "Alan Turing", ["04FFFFFF"], null, null).ShouldBeNull();
            Should.Throw<GalleryException>(() => people.Put("e2", "Alan Turing", null, [Template("e2")], Pack)).Message.ShouldContain("locked");
            vault.MarkOf("04A1B2C3").ShouldBe(mark);
            seal.Unseal(sealedPhoto, "1-x").ShouldBeNull();
        }

        _tpm.On();
        using (TemplateKey key = TemplateKey.Open(File, _tpm.Board)) Same(key, template, sealedPhoto, photo, mark);
    }

    [Fact]
    public void A_TPM_that_cannot_be_used_leaves_a_new_terminal_with_a_key_file_and_says_so()
    {
        _tpm.Off();
        using TemplateKey key = TemplateKey.Open(File, _tpm.Board);
        (key.Place, key.IsLocked).ShouldBe(("file", false));
        key.Note.ShouldNotBeNull().ShouldContain("and not in the TPM: There is no TPM at");
        System.IO.File.ReadAllBytes(File).ShouldBe(key.Key.ToArray());
    }

    [Fact]
    public async Task Without_its_TPM_a_terminal_takes_cards_and_asks_for_them_on_its_screen_and_has_its_faces_back_with_it()
    {
        string[] settings = ["--Tpm=" + _tpm.Setting, "--Ready:GraceSeconds=1"];
        await using (AgentProcess agent = await AgentProcess.StartAsync(_scratch, "none", _scratch["pack"], settings))
        {
            (await agent.EnrolAsync("e1", "Grace Hopper", "04A1B2C3")).Code.ShouldBe(HttpStatusCode.OK);
            (await TextAsync(agent, "template_key")).ShouldBe("tpm");
            (await agent.StopAsync()).ShouldBe(0, agent.Errors);
        }

        _tpm.Off();
        await using (MjpegCamera camera = await MjpegCamera.StartAsync(Jpegs.Make(1, 320, 240)))
        await using (AgentProcess agent = await AgentProcess.StartAsync(_scratch, "mjpeg:" + new Uri(camera.Address, "/stream"), _scratch["pack"], settings))
        {
            (await TextAsync(agent, "template_key")).ShouldBe("locked");
            (await TextAsync(agent, "mode")).ShouldBe("cards-only");
            agent.Output.ShouldContain("Face templates are locked: There is no TPM at");
            using JsonDocument status = await agent.StatusAsync();
            await using McuClient mcu = await McuClient.ConnectAsync(status.RootElement.GetProperty("mcu_port").GetInt32(), "m2-001", System.IO.File.ReadAllText(Path.Combine(_scratch["s"], "mcu.password")).Trim());
            await Until.True(() => mcu.Shown.Any(s => s.Screen == ScreenKind.CardPlease), "the screen that asks for a card");
            await mcu.CardAsync("inst-1", "04A1B2C3");
            (await mcu.ConfirmOf("inst-1")).Result.ShouldBe(ConfirmResult.Accepted);
            (await agent.StopAsync()).ShouldBe(0, agent.Errors);
        }

        _tpm.On();
        await using AgentProcess again = await AgentProcess.StartAsync(_scratch, "none", _scratch["pack"], settings);
        (await TextAsync(again, "template_key")).ShouldBe("tpm");
    }

    private void Same(TemplateKey key, FaceTemplate template, byte[] sealedPhoto, byte[] photo, byte[] mark)
    {
        using TemplateVault vault = TemplateVault.Open(key);
        using PeopleStore people = PeopleStore.Open(_scratch["gallery.db"], vault, TimeProvider.System);
        using PhotoSeal seal = PhotoSeal.Open(key);
        people.TemplatesOf("e1", Pack).ShouldHaveSingleItem().Vector.ToArray().ShouldBe(template.Vector.ToArray());
        seal.Unseal(sealedPhoto, "1-x").ShouldBe(photo);
        vault.MarkOf("04A1B2C3").ShouldBe(mark);
    }

    private static FaceTemplate Template(string person = "e1")
    {
        float[] vector = [.. Enumerable.Range(0, 512).Select(i => i == 7 ? 1f : 0f)];
        return new(Guid.CreateVersion7(), person, Pack, vector);
    }

    private static bool Contains(byte[] file, byte[] key) => file.AsSpan().IndexOf(key) >= 0;

    private static async Task<string?> TextAsync(AgentProcess agent, string name)
    {
        using JsonDocument status = await agent.StatusAsync();
        return status.RootElement.GetProperty(name).GetString();
    }
}
