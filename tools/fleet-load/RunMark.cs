namespace Devices.FleetLoad;

/// <summary>Marks a directory as made by this tool, so that it may be emptied.</summary>
internal static class RunMark
{
    public const string File = ".fleet-load";

    public static void Make(string directory)
    {
        Bridge.Fleet.PrivateFiles.MakeDirectory(directory);
        System.IO.File.WriteAllText(Path.Combine(directory, File), "");
    }
}
