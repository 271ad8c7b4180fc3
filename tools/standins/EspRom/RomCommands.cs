using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Devices.Standins.EspRom;

/// <summary>The loader's commands (Espressif, "Serial Protocol", "Commands"), with the state that a reset clears.</summary>
internal sealed class RomCommands(RomChip chip, FlashMemory flash, Dictionary<uint, uint> registers)
{
    public const byte Sync = 0x08;

    private const byte FlashBegin = 0x02, FlashData = 0x03, FlashEnd = 0x04, WriteReg = 0x09, ReadReg = 0x0A, SpiSetParams = 0x0B,
        SpiAttach = 0x0D, ReadFlashSlow = 0x0E, ChangeBaudRate = 0x0F, DeflBegin = 0x10, DeflData = 0x11, DeflEnd = 0x12, Md5Sum = 0x13, SecurityInfo = 0x14;

    private const byte BadParameter = 0x01, Failed = 0x06, BadChecksum = 0x07, ReadFailed = 0x09, ReadLength = 0x0A, Inflate = 0x0B;
    private const uint SpiStart = 1u << 18;

    private readonly List<byte> _compressed = [];
    private bool _attached;
    private uint _size = 4 << 20;
    private uint _at, _unpacked, _expected;
    private int _left;

    public RomReply Run(byte op, uint checksum, byte[] data)
    {
        bool closed = (chip.SecurityFlags & 4) != 0;
        if (closed && op is not (Sync or SpiAttach or SpiSetParams or ChangeBaudRate or FlashBegin or FlashData or FlashEnd or SecurityInfo)) return RomReply.Unknown;
        return op switch
        {
            Sync => new(0x20120707, [], Times: 8),
            ReadReg when data.Length == 4 => new(Register(Word(data, 0)), []),
            WriteReg when data.Length == 16 => Write(Word(data, 0), Word(data, 1), Word(data, 2)),
            SecurityInfo when chip.Id is { } id => new(0, [.. BitConverter.GetBytes(chip.SecurityFlags), chip.CryptCount, .. new byte[7], .. BitConverter.GetBytes(id), .. new byte[4]]),
            SpiAttach => Attach(),
            SpiSetParams when data.Length == 24 => SetSize(Word(data, 1)),
            ChangeBaudRate when data.Length == 8 => new(0, [], NewBaud: (int)Word(data, 0)),
            FlashBegin or DeflBegin when data.Length == (chip.ExtraWord ? 20 : 16) => Begin(Word(data, 0), Word(data, 1), Word(data, 2), Word(data, 3)),
            FlashData when data.Length > 16 => Block(data, checksum, compressed: false),
            DeflData when data.Length > 16 => Block(data, checksum, compressed: true),
            FlashEnd or DeflEnd when data.Length == 4 => new(0, [], Starts: Word(data, 0) == 0),
            Md5Sum when data.Length == 16 => Md5(Word(data, 0), Word(data, 1)),
            ReadFlashSlow when data.Length == 8 => Read(Word(data, 0), Word(data, 1)),
            FlashBegin or DeflBegin or FlashData or DeflData or Md5Sum or ReadFlashSlow or ReadReg or WriteReg => RomReply.Fault(BadParameter),
            _ => RomReply.Unknown,
        };
    }

    private static uint Word(byte[] data, int index) => BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan(index * 4));

    private uint Register(uint address) => registers.GetValueOrDefault(address);

    private RomReply Write(uint address, uint value, uint mask)
    {
        registers[address] = (Register(address) & ~mask) | (value & mask);
        // A user command of the SPI controller: only "read JEDEC id" is played.
        if (address == chip.SpiBase && (value & SpiStart) != 0)
        {
            registers[address] = 0;
            bool readId = (Register(chip.SpiBase + chip.SpiUser2) & 0xFF) == 0x9F;
            registers[chip.SpiBase + chip.SpiWord0] = readId && _attached ? 0x20u | (0x40u << 8) | ((uint)int.Log2(flash.Length) << 16) : 0xFFFFFF;
        }

        return RomReply.Good;
    }

    private RomReply Attach()
    {
        _attached = true;
        return RomReply.Good;
    }

    private RomReply SetSize(uint size)
    {
        _size = size;
        return RomReply.Good;
    }

    private RomReply Begin(uint size, uint blocks, uint blockSize, uint address)
    {
        if (!_attached) return RomReply.Fault(Failed);
        if (blockSize is 0 or > 0x4000 || address + (ulong)size > _size) return RomReply.Fault(BadParameter);
        if (size > 0 && !flash.Erase(address, size)) return RomReply.Fault(Failed);
        _compressed.Clear();
        _at = address;
        _unpacked = 0;
        _expected = size;
        _left = (int)blocks;
        return RomReply.Good;
    }

    private RomReply Block(byte[] data, uint checksum, bool compressed)
    {
        uint length = Word(data, 0);
        ReadOnlySpan<byte> block = data.AsSpan(16);
        if (length != block.Length) return RomReply.Fault(BadParameter);
        byte sum = 0xEF;
        foreach (byte one in block) sum ^= one;
        if (sum != (byte)checksum) return RomReply.Fault(BadChecksum);
        if (_left <= 0) return RomReply.Fault(Failed);
        _left--;
        if (!compressed)
        {
            flash.Write((int)(_at + _unpacked), block);
            _unpacked += length;
            return RomReply.Good;
        }

        _compressed.AddRange(block);
        return Unpack() ? RomReply.Good : RomReply.Fault(Inflate);
    }

    // Writes whatever the blocks so far unpack to. A block sent twice is unpacked twice, and spoils the stream.
    private bool Unpack()
    {
        using MemoryStream source = new([.. _compressed]);
        using ZLibStream zlib = new(source, CompressionMode.Decompress);
        using MemoryStream unpacked = new();
        try
        {
            zlib.CopyTo(unpacked);
        }
        catch (InvalidDataException) when (_left > 0)
        {
            // Not whole yet, or spoilt: the next blocks tell.
        }
        catch (InvalidDataException)
        {
            return false;
        }

        byte[] all = unpacked.ToArray();
        if (all.Length > _expected) return false;
        if (all.Length > _unpacked) flash.Write((int)(_at + _unpacked), all.AsSpan((int)_unpacked));
        _unpacked = Math.Max(_unpacked, (uint)all.Length);
        return true;
    }

    private RomReply Md5(uint address, uint length)
    {
        if (!_attached || address + (ulong)length > (ulong)flash.Length) return RomReply.Fault(ReadFailed);
#pragma warning disable CA5351 // What the ROM computes.
        return new(0, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(MD5.HashData(flash.Copy((int)address, (int)length)))));
#pragma warning restore CA5351
    }

    private RomReply Read(uint address, uint length)
    {
        if (length > 64) return RomReply.Fault(ReadLength);
        if (!_attached || address + (ulong)length > (ulong)flash.Length) return RomReply.Fault(ReadFailed);
        byte[] buffer = new byte[64];
        flash.Copy((int)address, (int)length).CopyTo(buffer, 0);
        return new(0, buffer);
    }
}
