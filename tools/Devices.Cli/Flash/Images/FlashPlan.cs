using System.Globalization;
using Devices.Cli.Flash.Rom;

namespace Devices.Cli.Flash.Images;

/// <summary>What is to be written, checked against the chip, its flash, its partition table and itself before anything is erased.</summary>
public sealed class FlashPlan
{
    private const uint Sector = RomLoader.SectorBytes;

    private FlashPlan(List<FlashPart> parts, PartitionTable? table)
    {
        Parts = parts;
        Table = table;
    }

    /// <summary>In the order of writing: from the top down, so that the table and the bootloader come last and a board that was interrupted does not half start.</summary>
    public IReadOnlyList<FlashPart> Parts { get; }

    /// <summary>The table that will be in force afterwards; null where there is none and nothing needs one.</summary>
    public PartitionTable? Table { get; }

    /// <summary>Checks and orders the parts.</summary>
    /// <param name="parts">Pieces with addresses of their own.</param>
    /// <param name="app">The managed program for the deployment partition, wherever that lies; null where there is none.</param>
    /// <param name="present">Reads the table that the board has now; asked only where the plan brings none.</param>
    /// <exception cref="ImageRefusedException">Something does not fit; the sentence names it.</exception>
    public static FlashPlan Make(IReadOnlyList<FlashPart> parts, FlashPart? app, EspChip chip, uint flashBytes, Func<byte[]> present)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(chip);
        ArgumentNullException.ThrowIfNull(present);
        FlashPart? tablePart = parts.FirstOrDefault(part => part.Address == PartitionTable.Address);
        PartitionTable? table = null;
        if (tablePart is not null)
        {
            table = PartitionTable.Parse(tablePart.Content, tablePart.Name);
            table.Fits(flashBytes, tablePart.Name);
        }
        else if (app is not null || parts.Any(part => part.Address > PartitionTable.Address))
        {
            table = Present(present());
        }

        List<FlashPart> all = [.. parts];
        if (app is not null) all.Add(PlaceApp(app, table!));
        foreach (FlashPart part in all) CheckPart(part, chip, flashBytes, table);
        all.Sort((a, b) => a.Address.CompareTo(b.Address));
        for (int i = 1; i < all.Count; i++)
        {
            // Whole sectors are erased: sharing one is overlapping.
            if ((all[i - 1].End + Sector - 1) / Sector * Sector > all[i].Address)
                throw new ImageRefusedException($"{all[i - 1].Name} (0x{all[i - 1].Address:X}–0x{all[i - 1].End:X}) and {all[i].Name} (from 0x{all[i].Address:X}) overlap.");
        }

        all.Reverse();
        return new(all, table);
    }

    private static PartitionTable Present(byte[] bytes) => PartitionTable.IsBlank(bytes)
        ? throw new ImageRefusedException("This board has no partition table: flash the runtime first (--runtime), or together with the program.") { Remedy = "Give --runtime with the folder or .zip of a nanoFramework target for this chip, as released." }
        : PartitionTable.Parse(bytes, "the board's partition table");

    private static FlashPart PlaceApp(FlashPart app, PartitionTable table)
    {
        if (EspImage.Looks(app.Content)) throw new ImageRefusedException($"{app.Name} is a native program image, not a managed one: give it with --image ADDRESS=FILE.");
        Partition deployment = table.Partitions.FirstOrDefault(one => one.IsDeployment)
            ?? throw new ImageRefusedException("The partition table has no deployment partition: this is not a nanoFramework runtime.");
        return app with { Address = deployment.Address };
    }

    private static void CheckPart(FlashPart part, EspChip chip, uint flashBytes, PartitionTable? table)
    {
        if (part.Content.Length == 0) throw new ImageRefusedException($"{part.Name} is empty.");
        if (part.Address % Sector != 0) throw new ImageRefusedException(string.Create(CultureInfo.InvariantCulture, $"{part.Name}: 0x{part.Address:X} is not the start of a sector of 4 KiB."));
        if (part.End > flashBytes) throw new ImageRefusedException($"{part.Name} ends at 0x{part.End:X}, beyond this board's {flashBytes >> 20} MiB of flash.");
        if (part.Address == PartitionTable.Address) return;
        if (part.Address < PartitionTable.Address)
        {
            if (part.Address != chip.BootloaderAddress) throw new ImageRefusedException($"{part.Name}: below the partition table there is only the bootloader, and an {chip.Name} has it at 0x{chip.BootloaderAddress:X}.");
            if (part.End > PartitionTable.Address) throw new ImageRefusedException($"{part.Name} reaches into the partition table at 0x{PartitionTable.Address:X}.");
            EspImage.Parse(part.Content, part.Name).Fits(chip, flashBytes, part.Name);
            return;
        }

        Partition place = table!.Partitions.FirstOrDefault(one => part.Address >= one.Address && part.Address < one.End)
            ?? throw new ImageRefusedException($"{part.Name}: no partition lies at 0x{part.Address:X}.");
        if (part.End > place.End) throw new ImageRefusedException($"{part.Name} has {part.Content.Length:N0} bytes; partition '{place.Label}' has room for {place.End - part.Address:N0}.");
        if (place.Type != 0) return;
        if (part.Address != place.Address) throw new ImageRefusedException($"{part.Name}: a program has to begin where its partition '{place.Label}' begins, at 0x{place.Address:X}.");
        EspImage.Parse(part.Content, part.Name).Fits(chip, uint.MaxValue, part.Name);
    }
}
