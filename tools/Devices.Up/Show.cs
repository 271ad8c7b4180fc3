namespace Devices.Up;

/// <summary><c>tools/up</c>: the installation runs, people come to the terminal one after another, until Ctrl-C.</summary>
internal static class Show
{
    public static async Task<int> Run(Layout layout, UpOptions options, CancellationToken stop)
    {
        await using Crew crew = await Crew.Muster(layout, options, repeatSeconds: 60, stop).ConfigureAwait(false);
        Console.WriteLine();
        Console.WriteLine($"  HR's page:        {crew.Stack.HrAddress}   user hr, one-time password {crew.Stack.OneTimePassword}");
        Console.WriteLine($"  The terminal:     {crew.Stack.McuAddress}   its screen, light and sounds, with keys, card and presence to click");
        Console.WriteLine($"  DingTalk stand-in: {crew.Stack.DingTalkAddress}   (what the platform has recorded)");
        Console.WriteLine($"  Everything this run writes is in {layout.Data}. Ctrl-C stops all of it.");
        Console.WriteLine();

        while (true)
        {
            foreach (SamplePeople.Person person in crew.People.WithFace)
            {
                foreach (Part part in crew.Stack.Parts)
                    if (!part.Running) throw part.Ended();
                await crew.Visit(person.Visits[0], 3, stop).ConfigureAwait(false);
                await Task.Delay(TimeSpan.FromSeconds(4), stop).ConfigureAwait(false);
            }
            if (crew.People.All.FirstOrDefault(p => p.Card is not null && p.Visits.Count == 0) is { Card: { } card })
                await crew.Mcu.Card(card, stop).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds(4), stop).ConfigureAwait(false);
            await crew.Visit(crew.People.Strangers[0], 3, stop).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromSeconds(15), stop).ConfigureAwait(false);
        }
    }
}
