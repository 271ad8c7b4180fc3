using System.Xml.Linq;
using Devices.Cli.Hardware;

namespace Devices.Firmware.Tests.Hardware;

public sealed class WiringTests
{
    private static readonly PinMap Map = HardwareFiles.Map();

    [Fact]
    public void The_committed_diagrams_are_those_of_the_map()
    {
        Map.Boards.Count.ShouldBe(2);
        foreach (PinMapBoard board in Map.Boards)
        {
            bool same = File.ReadAllText(HardwareFiles.PathOf(board.File)) == WiringDiagram.Draw(Map, board);
            same.ShouldBeTrue($"hardware/{board.File} is old: run `devices hardware wiring`");
        }
    }

    [Fact]
    public void Every_function_has_its_wire_from_its_part_to_its_pin()
    {
        foreach (PinMapBoard board in Map.Boards)
        {
            XElement svg = XDocument.Parse(WiringDiagram.Draw(Map, board)).Root!;
            svg.Descendants().Count(element => element.Name.LocalName == "path").ShouldBe(Map.Pins.Count);
            string text = string.Concat(svg.Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value + "\n"));
            foreach (PinMapPart part in Map.Parts)
            {
                text.ShouldContain(part.Name);
            }

            foreach (PinMapChip chip in Map.I2c)
            {
                text.ShouldContain($"{chip.Chip}  {chip.Address:X2} hex");
            }
        }
    }

    [Fact]
    public void Names_with_signs_of_XML_are_drawn_as_they_are()
    {
        PinMapBoard board = Map.Boards[0] with { Name = "<&\">" };
        XDocument.Parse(WiringDiagram.Draw(Map, board)).Descendants().ShouldContain(element => element.Value == "<&\">");
    }
}
