using System.Text;
using Devices.Contract.Messages;
using Devices.Edge.Agent.Gallery;
using Devices.Edge.Vision.Match;

namespace Devices.Edge.Agent.Site;

/// <summary>What is sealed in a person's record: a name for the screen, the cards given at a terminal, the templates of one pack.</summary>
public sealed record SitePerson(string Name, IReadOnlyList<string> Cards, IReadOnlyList<FaceTemplate> Templates)
{
    /// <summary>Most templates of one pack.</summary>
    public const int MaxTemplates = 12;

    private const byte Layout = 1;

    public static byte[] Write(string name, IReadOnlyList<string> cards, IReadOnlyList<byte[]> templates)
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes, Encoding.UTF8);
        writer.Write(Layout);
        writer.Write(name);
        writer.Write((byte)cards.Count);
        foreach (string card in cards) writer.Write(card);
        writer.Write((byte)templates.Count);
        foreach (byte[] template in templates)
        {
            writer.Write((ushort)template.Length);
            writer.Write(template);
        }

        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Null where it is not exactly that, or speaks of another person or pack than its record.</summary>
    public static SitePerson? Read(byte[] plain, SiteRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        try
        {
            using BinaryReader reader = new(new MemoryStream(plain), Encoding.UTF8);
            if (reader.ReadByte() != Layout) return null;
            string name = reader.ReadString();
            string[] cards = new string[reader.ReadByte()];
            for (int i = 0; i < cards.Length; i++) cards[i] = reader.ReadString();
            FaceTemplate[] templates = new FaceTemplate[reader.ReadByte()];
            for (int i = 0; i < templates.Length; i++)
            {
                byte[] bytes = reader.ReadBytes(reader.ReadUInt16());
                if (!FaceTemplateCodec.TryDecode(bytes, out FaceTemplate? template) || template.Person != record.Person || template.Pack.ToString() != record.Pack) return null;
                templates[i] = template;
            }

            bool whole = reader.BaseStream.Position == plain.Length && templates.Length <= MaxTemplates && PersonRules.CheckName(name) is null && cards.Length <= RosterRules.MaxCards && cards.All(RosterRules.IsCard);
            return whole ? new(name, cards, templates) : null;
        }
        catch (Exception fault) when (fault is EndOfStreamException or FormatException or ArgumentException or IOException)
        {
            return null;
        }
    }
}
