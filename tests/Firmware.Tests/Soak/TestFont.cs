using Devices.Terminal.Screens;

namespace Devices.Firmware.Tests.Soak;

/// <summary>The committed font.</summary>
internal static class TestFont
{
    public static string Path { get; } = System.IO.Path.Combine(Repo.Root, "firmware", "Terminal", BitmapFont.FileName);

    public static BitmapFont Open() => BitmapFont.Open(File.ReadAllBytes(Path)) ?? throw new InvalidDataException(Path + " is not a sound font.");
}
