namespace Devices.Bridge.Tests.Kit;

/// <summary>Waits for a condition with a deadline.</summary>
public static class Until
{
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(20);
        while (!await condition())
        {
            if (DateTime.UtcNow > end) throw new TimeoutException($"Did not happen in 20 s: {what}");
            await Task.Delay(20);
        }
    }
}
