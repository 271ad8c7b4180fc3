namespace Devices.Standins.Camera;

/// <summary>Shows each picture of a folder in turn, over and over. A show asked for over HTTP goes first.</summary>
internal sealed class FolderPlayer(CameraArguments camera, Director director, TimeProvider clock) : BackgroundService
{
    private static readonly string[] Kinds = [".jpg", ".jpeg", ".png", ".webp", ".bmp"];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (camera.Folder is not { } folder)
        {
            return;
        }

        var told = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            while (true)
            {
                var shown = 0;
                foreach (var path in Pictures(folder, told))
                {
                    await RoomIsEmptyAsync(stoppingToken);
                    shown += await ShowAsync(path, told) ? 1 : 0;
                    await Task.Delay(TimeSpan.FromSeconds(camera.Pause), clock, stoppingToken);
                }

                if (shown == 0)
                {
                    Tell(told, $"No usable picture in {folder} ({string.Join(", ", Kinds)}); the room stays empty until there is one.");
                    await Task.Delay(TimeSpan.FromSeconds(1), clock, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The camera is switched off.
        }
    }

    private static IReadOnlyList<string> Pictures(string folder, HashSet<string> told)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder)
                .Where(f => Kinds.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Tell(told, $"Cannot read the folder {folder}: {exception.Message}");
            return [];
        }
    }

    private async Task<bool> ShowAsync(string path, HashSet<string> told)
    {
        try
        {
            var scene = new PictureScene(Path.GetFileName(path), [PictureFile.Load(path)], camera, director.NextSeed());
            await director.Show(scene, camera.Seconds);
            return true;
        }
        catch (BadInputException exception)
        {
            Tell(told, $"Left out: {exception.Message}");
            return false;
        }
    }

    private async Task RoomIsEmptyAsync(CancellationToken cancellationToken)
    {
        while (director.State.Scene != Director.EmptyRoom)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, cancellationToken);
        }
    }

    /// <summary>Says each thing once; the loop comes by again and again.</summary>
    private static void Tell(HashSet<string> told, string sentence)
    {
        if (told.Add(sentence))
        {
            Console.Error.WriteLine($"standin-camera: {sentence}");
        }
    }
}
